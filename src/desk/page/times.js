// Times and dates on boards and phones, as the clinic and each language write them: the sentences come with the page.
"use strict";
// `words`: of each language, the sentences of its catalogue; `zone`: the clinic's.
const patientTimes = (words, zone) => {
  const put = (sentence, things) => sentence.replace(/\{(\d)\}/g, (_, n) => things[n]);
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", hour: "numeric", minute: "2-digit", weekday: "short", month: "numeric", day: "numeric" });
  const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
  const of = (date) => Object.fromEntries(parts.formatToParts(date).map((part) => [part.type, part.value]));
  return {
    time: (date, language) => {
      const { hour, minute } = of(date), said = words[language], hours = Number(hour);
      const shown = said.clock24 ? hours : hours % 12 || 12;
      return put(said.clock24 || (hours < 12 ? said.am : said.pm), [String(shown), minute.padStart(2, "0")]);
    },
    date: (date, language) => {
      const { weekday, month, day } = of(date), said = words[language];
      return put(said.weekday, [said.weekdays[weekdays.indexOf(weekday)], put(said.day, [said.months[Number(month) - 1], day])]);
    },
  };
};

// A row of tones, for anyone who looks elsewhere.
"use strict";
// `every` is the time from one tone to the next and `long` that of each, in seconds; `loud` is from 0 to 1. Answers whether the browser lets it be heard.
function playTones(sound, tones, { every, long, loud }) {
  if (!sound || sound.state !== "running") return false;
  tones.forEach((tone, i) => {
    const from = sound.currentTime + i * every, voice = sound.createOscillator(), volume = sound.createGain();
    voice.frequency.value = tone;
    volume.gain.setValueAtTime(0.0001, from);
    volume.gain.exponentialRampToValueAtTime(loud, from + 0.03);
    volume.gain.exponentialRampToValueAtTime(0.0001, from + long);
    voice.connect(volume).connect(sound.destination);
    voice.start(from);
    voice.stop(from + long + 0.02);
  });
  return true;
}

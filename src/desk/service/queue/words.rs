//! What boards and phones say, in every language that the kiosk speaks. One table: a sentence that is missing in a
//! language does not build.
//!
//! `{n}`, `{to}` and the like stand for what is put in. Names of queues and service points are the clinic's own and
//! stay as they are.

use crate::domain::language::Language;
use crate::domain::queue::WaitWords;

/// Every sentence of boards and phones in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// The language in itself.
    pub language: &'static str,
    /// How a wait is worded.
    pub wait: WaitWords,

    /// Over the calls of just now.
    pub called_now: &'static str,
    /// Over the calls before.
    pub called_before: &'static str,
    /// Over the queues.
    pub waiting: &'static str,
    /// While no one is called.
    pub nobody_called: &'static str,
    /// `{n}` people wait.
    pub people: &'static str,
    /// `{n}` more do not fit.
    pub more: &'static str,
    /// Where to go, if no room was named.
    pub come: &'static str,
    /// What is spoken: `{who}` and `{where}`.
    pub spoken: &'static str,
    /// What is spoken if no room was named: `{who}`.
    pub spoken_come: &'static str,
    /// What is spoken if the call named no room, and the clinic has rooms: `{who}`.
    pub spoken_ask: &'static str,
    /// A browser makes no sound until the page is clicked once.
    pub sound_off: &'static str,
    /// The server is not reached; the state is that of `{time}`.
    pub reconnecting: &'static str,

    /// Over the number on the phone.
    pub your_number: &'static str,
    /// Number `{n}` in line.
    pub position: &'static str,
    /// First in line.
    pub next: &'static str,
    /// A request that staff have not decided about.
    pub asks: &'static str,
    /// Please come to `{where}`.
    pub come_to: &'static str,
    /// Please come; no room was named.
    pub come_now: &'static str,
    /// It is their turn, and the call named no room, where the clinic has rooms.
    pub turn_ask: &'static str,
    /// Is being seen.
    pub seen_now: &'static str,
    /// The visit is over.
    pub over: &'static str,
    /// Was called and did not come.
    pub missed: &'static str,
    /// Anything that only staff can explain.
    pub ask_desk: &'static str,
    /// Staff put them on hold.
    pub on_hold: &'static str,
    /// They stepped out.
    pub stepped_out: &'static str,
    /// If they were here, they would be number `{n}`.
    pub would_be: &'static str,
    /// If they were here, they would be next.
    pub would_be_next: &'static str,
    /// A button: steps out.
    pub step_out: &'static str,
    /// A button: is back.
    pub come_back: &'static str,
    /// A button: wants help.
    pub help: &'static str,
    /// The desk's list says so.
    pub help_asked: &'static str,
    /// Someone at the desk resolved it.
    pub help_taken: &'static str,
    /// What to do in an emergency.
    pub emergency: &'static str,
    /// A button: allows sound.
    pub sound_on: &'static str,
    /// Sound is allowed.
    pub sound_is_on: &'static str,
    /// The desk is not reached; the state is that of `{time}`.
    pub offline: &'static str,
    /// Too often.
    pub too_often: &'static str,
    /// Not possible in the current state.
    pub not_now: &'static str,
    /// Over a page whose day is over, or that never was.
    pub closed: &'static str,
    /// What to do then.
    pub closed_text: &'static str,
    /// Over the choice of languages.
    pub languages: &'static str,
}

const ENGLISH: Words = Words {
    language: "English",
    wait: WaitWords {
        up_to: "up to {to} minutes",
        between: "about {from} to {to} minutes",
        longer: "longer than usual",
    },
    called_now: "Please come",
    called_before: "Called earlier",
    waiting: "Waiting",
    nobody_called: "No one is being called right now",
    people: "{n} waiting",
    more: "and {n} more",
    come: "please come in",
    spoken: "{who}, please come to {where}.",
    spoken_come: "{who}, please come in.",
    spoken_ask: "{who}, please come to the front desk.",
    sound_off: "Sound is off: touch the screen or press a key",
    reconnecting: "Not connected. Last updated at {time}.",
    your_number: "Your number",
    position: "Your place in line: {n}",
    next: "You are next",
    asks: "The front desk is reviewing your request. Please wait.",
    come_to: "Please come to {where}",
    come_now: "It is your turn. Please come in.",
    turn_ask: "It is your turn. Please come to the front desk.",
    seen_now: "You are being seen",
    over: "Your visit is over. Goodbye!",
    missed: "We called you. Please tell the front desk you are here.",
    ask_desk: "Please ask at the front desk",
    on_hold: "Your turn is on hold. The front desk can tell you why.",
    stepped_out: "You stepped out. You keep your turn.",
    would_be: "If you come back now, your place in line is {n}",
    would_be_next: "If you come back now, you are next. Please come back.",
    step_out: "I need to step out",
    come_back: "I am back",
    help: "I need help",
    help_asked: "The front desk knows you need help",
    help_taken: "The front desk saw that you asked for help",
    emergency: "If you feel sick, tell any staff member right away.",
    sound_on: "Alert me with a sound",
    sound_is_on: "Sound is on while this page is open",
    offline: "Not connected. Last updated at {time}.",
    too_often: "One moment, please. Then try again.",
    not_now: "Nothing changed. This is the current status.",
    closed: "This ticket's page is closed",
    closed_text: "A ticket is good for one day. If you are waiting, please ask at the front desk.",
    languages: "Language",
};

const SPANISH: Words = Words {
    language: "Español",
    wait: WaitWords {
        up_to: "hasta {to} minutos",
        between: "unos {from} a {to} minutos",
        longer: "más de lo habitual",
    },
    called_now: "Pase, por favor",
    called_before: "Llamados antes",
    waiting: "En espera",
    nobody_called: "En este momento no estamos llamando a nadie",
    people: "{n} en espera",
    more: "y {n} más",
    come: "pase, por favor",
    spoken: "{who}, pase a {where}, por favor.",
    spoken_come: "{who}, pase, por favor.",
    spoken_ask: "{who}, pase a recepción, por favor.",
    sound_off: "El sonido está desactivado: toque la pantalla o presione una tecla",
    reconnecting: "Sin conexión. Última actualización: {time}.",
    your_number: "Su número",
    position: "Su lugar en la fila: {n}",
    next: "Usted sigue",
    asks: "Recepción está revisando su solicitud. Espere, por favor.",
    come_to: "Pase a {where}, por favor",
    come_now: "Es su turno. Pase, por favor.",
    turn_ask: "Es su turno. Pase a recepción, por favor.",
    seen_now: "Lo están atendiendo",
    over: "Su visita terminó. ¡Hasta pronto!",
    missed: "Ya lo llamamos. Avise en recepción que está aquí, por favor.",
    ask_desk: "Pregunte en recepción, por favor",
    on_hold: "Su turno está en pausa. En recepción le dirán por qué.",
    stepped_out: "Usted salió. Conserva su turno.",
    would_be: "Si regresa ahora, su lugar en la fila es el {n}",
    would_be_next: "Si regresa ahora, usted sigue. Regrese, por favor.",
    step_out: "Tengo que salir un momento",
    come_back: "Ya regresé",
    help: "Necesito ayuda",
    help_asked: "Recepción sabe que necesita ayuda",
    help_taken: "Recepción ya vio que pidió ayuda",
    emergency: "Si se siente mal, avise de inmediato a cualquier miembro del personal.",
    sound_on: "Avíseme con un sonido",
    sound_is_on: "El sonido está activado mientras esta página esté abierta",
    offline: "Sin conexión. Última actualización: {time}.",
    too_often: "Un momento, por favor. Luego intente de nuevo.",
    not_now: "No hubo cambios. Este es el estado actual.",
    closed: "La página de este número está cerrada",
    closed_text: "Un número vale por un día. Si está esperando, pregunte en recepción, por favor.",
    languages: "Idioma",
};

const ARABIC: Words = Words {
    language: "العربية",
    wait: WaitWords {
        up_to: "حتى {to} دقيقة", between: "حوالي {from} إلى {to} دقيقة", longer: "أطول من المعتاد"
    },
    called_now: "تفضّلوا",
    called_before: "نودي عليهم من قبل",
    waiting: "الانتظار",
    nobody_called: "لا يُنادى على أحد الآن",
    people: "{n} في الانتظار",
    more: "و {n} غيرهم",
    come: "تفضّل بالدخول",
    spoken: "{who}، تفضّل إلى {where}.",
    spoken_come: "{who}، تفضّل بالدخول.",
    spoken_ask: "{who}، يُرجى سؤال مكتب الاستقبال.",
    sound_off: "الصوت مغلق: يُرجى لمس الشاشة أو الضغط على مفتاح",
    reconnecting: "لا يوجد اتصال. هكذا كان الأمر عند {time}.",
    your_number: "رقمك",
    position: "دورك رقم {n}",
    next: "دورك هو التالي",
    asks: "مكتب الاستقبال ينظر في طلبك. يُرجى الانتظار.",
    come_to: "تفضّل إلى {where}",
    come_now: "حان دورك. تفضّل بالدخول.",
    turn_ask: "حان دورك. يُرجى سؤال مكتب الاستقبال.",
    seen_now: "أنت الآن مع الفريق الطبي",
    over: "انتهت زيارتك. مع السلامة!",
    missed: "لقد نودي عليك. يُرجى إخبار مكتب الاستقبال بوجودك.",
    ask_desk: "يُرجى سؤال مكتب الاستقبال",
    on_hold: "لن يُنادى عليك الآن. مكتب الاستقبال يخبرك بالسبب.",
    stepped_out: "لقد خرجت. دورك محفوظ.",
    would_be: "لو كنت هنا لكان دورك رقم {n}",
    would_be_next: "لو كنت هنا لكان دورك هو التالي: يُرجى الرجوع",
    step_out: "أحتاج إلى الخروج قليلًا",
    come_back: "لقد رجعت",
    help: "أحتاج إلى مساعدة",
    help_asked: "مكتب الاستقبال يعلم أنك تحتاج إلى مساعدة",
    help_taken: "رأى مكتب الاستقبال أنك طلبت المساعدة",
    emergency: "إذا شعرت بتوعّك يُرجى إخبار أي موظف هنا فورًا.",
    sound_on: "نبّهني بصوت",
    sound_is_on: "الصوت مفعّل ما دامت هذه الصفحة مفتوحة",
    offline: "لا يوجد اتصال. هكذا كان الأمر عند {time}.",
    too_often: "لحظة من فضلك، ثم يُرجى المحاولة مرة أخرى.",
    not_now: "لم يتغيّر شيء. هكذا هو الأمر الآن.",
    closed: "صفحة هذا الرقم مغلقة",
    closed_text: "الرقم صالح ليوم واحد. إذا كنت تنتظر يُرجى سؤال مكتب الاستقبال.",
    languages: "اللغة",
};

impl Words {
    /// The words of a language.
    #[must_use]
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Spanish => &SPANISH,
            Language::Arabic => &ARABIC,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every sentence by its name, as the table has it.
    fn sentences(language: Language) -> Vec<(String, String)> {
        let table = format!("{:#?}", Words::of(language));
        let lines = table.lines().filter_map(|line| line.trim().trim_end_matches(',').split_once(": \""));
        lines.map(|(name, text)| (name.to_owned(), text.trim_end_matches('"').to_owned())).collect()
    }

    #[test]
    fn every_language_says_everything_with_the_same_things_put_in() {
        let english = sentences(Language::English);
        assert!(english.len() > 40, "{}", english.len());
        let put_in = |text: &str| {
            // The numbers of characters that `Debug` writes as `\u{651}` are nothing that is put in.
            let names = text.split('{').skip(1).filter_map(|part| part.split('}').next());
            let mut names: Vec<String> =
                names.filter(|name| !name.starts_with(|c: char| c.is_ascii_digit())).map(str::to_owned).collect();
            names.sort();
            names
        };
        for language in Language::ALL {
            for ((name, text), (its_name, english)) in sentences(language).iter().zip(&english) {
                assert_eq!(name, its_name);
                assert!(!text.trim().is_empty(), "{language:?} {name}");
                assert_eq!(put_in(text), put_in(english), "{language:?} {name}");
                let is_alike = language != Language::English && text == english;
                assert!(!is_alike, "{language:?} {name} is not translated");
            }
        }
    }
}

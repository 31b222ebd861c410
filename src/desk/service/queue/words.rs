//! What boards and phones say, in every language that the kiosk speaks. One table: a sentence that is missing in a language does not build.
//!
//! `{n}`, `{to}` and the like stand for what is put in. Names of queues and service points are the clinic's own and stay as they are.

use crate::domain::language::Language;
use crate::domain::queue::WaitWords;

/// Every sentence of boards and phones in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// The language in itself.
    pub language: &'static str,
    /// How a wait is said.
    pub wait: WaitWords,

    /// Over the calls of just now.
    pub called_now: &'static str,
    /// Over the calls before.
    pub called_before: &'static str,
    /// Over the queues.
    pub waiting: &'static str,
    /// While nobody is called.
    pub nobody_called: &'static str,
    /// `{n}` people wait.
    pub people: &'static str,
    /// `{n}` more do not fit.
    pub more: &'static str,
    /// Where to go, if nobody said.
    pub come: &'static str,
    /// What is spoken: `{who}` and `{where}`.
    pub spoken: &'static str,
    /// What is spoken if nobody said where to go: `{who}`.
    pub spoken_come: &'static str,
    /// What is spoken if the call named no room, and the clinic has rooms: `{who}`.
    pub spoken_ask: &'static str,
    /// A browser makes no sound until somebody touches it.
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
    /// Please come; nobody said where.
    pub come_now: &'static str,
    /// It is their turn, and the call named no room, where the clinic has rooms.
    pub turn_ask: &'static str,
    /// Is being seen.
    pub seen_now: &'static str,
    /// The visit is over.
    pub over: &'static str,
    /// Was called and did not come.
    pub missed: &'static str,
    /// Whatever only staff can explain.
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
    /// Somebody at the desk took it.
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
    /// Does not go from where they stand.
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
    wait: WaitWords { up_to: "up to {to} minutes", between: "about {from} to {to} minutes", longer: "longer than usual" },
    called_now: "Please come",
    called_before: "Called before",
    waiting: "Waiting",
    nobody_called: "Nobody is called right now",
    people: "{n} waiting",
    more: "and {n} more",
    come: "please come in",
    spoken: "{who}, please come to {where}.",
    spoken_come: "{who}, please come in.",
    spoken_ask: "{who}, please ask at the desk.",
    sound_off: "Sound is off: touch the screen or press a key",
    reconnecting: "Not connected. This is how it was at {time}.",
    your_number: "Your number",
    position: "You are number {n} in line",
    next: "You are next",
    asks: "The desk looks at your request. Please wait.",
    come_to: "Please come to {where}",
    come_now: "It is your turn. Please come in.",
    turn_ask: "It is your turn. Please ask at the desk.",
    seen_now: "You are being seen",
    over: "Your visit is over. Goodbye!",
    missed: "You were called. Please tell the desk that you are here.",
    ask_desk: "Please ask at the desk",
    on_hold: "You are not called for now. The desk can tell you why.",
    stepped_out: "You stepped out. You keep your turn.",
    would_be: "If you were here, you would be number {n}",
    would_be_next: "If you were here, you would be next: please come back",
    step_out: "I need to step out",
    come_back: "I am back",
    help: "I need help",
    help_asked: "The desk knows that you need help",
    help_taken: "The desk has seen that you asked for help",
    emergency: "If you feel unwell, tell anybody who works here at once.",
    sound_on: "Tell me with a sound",
    sound_is_on: "Sound is on while this page is open",
    offline: "Not connected. This is how it was at {time}.",
    too_often: "One moment, please. Then try again.",
    not_now: "That did not change anything. This is how it stands now.",
    closed: "This ticket's page is closed",
    closed_text: "A ticket is good for one day. If you are waiting, please ask at the desk.",
    languages: "Language",
};

const SPANISH: Words = Words {
    language: "Español",
    wait: WaitWords { up_to: "hasta {to} minutos", between: "unos {from} a {to} minutos", longer: "más de lo habitual" },
    called_now: "Pase, por favor",
    called_before: "Llamados antes",
    waiting: "En espera",
    nobody_called: "En este momento no se llama a nadie",
    people: "{n} en espera",
    more: "y {n} más",
    come: "pase, por favor",
    spoken: "{who}, pase a {where}, por favor.",
    spoken_come: "{who}, pase, por favor.",
    spoken_ask: "{who}, pregunte en la recepción, por favor.",
    sound_off: "El sonido está apagado: toque la pantalla o pulse una tecla",
    reconnecting: "Sin conexión. Así estaba a las {time}.",
    your_number: "Su número",
    position: "Usted es el número {n} de la fila",
    next: "Usted es el siguiente turno",
    asks: "La recepción está viendo su solicitud. Espere, por favor.",
    come_to: "Pase a {where}, por favor",
    come_now: "Es su turno. Pase, por favor.",
    turn_ask: "Es su turno. Pregunte en la recepción, por favor.",
    seen_now: "Le están atendiendo",
    over: "Su visita ha terminado. ¡Hasta pronto!",
    missed: "Le hemos llamado. Diga en la recepción que está aquí, por favor.",
    ask_desk: "Pregunte en la recepción, por favor",
    on_hold: "Por ahora no se le llama. En la recepción le dirán por qué.",
    stepped_out: "Usted ha salido. Conserva su turno.",
    would_be: "Si estuviera aquí, sería el número {n}",
    would_be_next: "Si estuviera aquí, sería su turno: vuelva, por favor",
    step_out: "Tengo que salir un momento",
    come_back: "Ya estoy de vuelta",
    help: "Necesito ayuda",
    help_asked: "La recepción sabe que necesita ayuda",
    help_taken: "La recepción ha visto que pidió ayuda",
    emergency: "Si se siente mal, dígaselo enseguida a cualquiera que trabaje aquí.",
    sound_on: "Avíseme con un sonido",
    sound_is_on: "El sonido está encendido mientras esta página esté abierta",
    offline: "Sin conexión. Así estaba a las {time}.",
    too_often: "Un momento, por favor. Después inténtelo de nuevo.",
    not_now: "Eso no cambió nada. Así está ahora.",
    closed: "La página de este número está cerrada",
    closed_text: "Un número vale un día. Si está esperando, pregunte en la recepción, por favor.",
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
    sound_off: "الصوت مغلق: المس الشاشة أو اضغط مفتاحًا",
    reconnecting: "لا يوجد اتصال. هكذا كان الأمر عند {time}.",
    your_number: "رقمك",
    position: "دورك رقم {n}",
    next: "دورك هو التالي",
    asks: "مكتب الاستقبال ينظر في طلبك. انتظر من فضلك.",
    come_to: "تفضّل إلى {where}",
    come_now: "حان دورك. تفضّل بالدخول.",
    turn_ask: "حان دورك. يُرجى سؤال مكتب الاستقبال.",
    seen_now: "أنت الآن مع الفريق الطبي",
    over: "انتهت زيارتك. مع السلامة!",
    missed: "لقد نودي عليك. أخبر مكتب الاستقبال أنك هنا من فضلك.",
    ask_desk: "اسأل مكتب الاستقبال من فضلك",
    on_hold: "لن يُنادى عليك الآن. مكتب الاستقبال يخبرك بالسبب.",
    stepped_out: "لقد خرجت. دورك محفوظ.",
    would_be: "لو كنت هنا لكان دورك رقم {n}",
    would_be_next: "لو كنت هنا لكان دورك هو التالي: ارجع من فضلك",
    step_out: "أحتاج إلى الخروج قليلًا",
    come_back: "لقد رجعت",
    help: "أحتاج إلى مساعدة",
    help_asked: "مكتب الاستقبال يعلم أنك تحتاج إلى مساعدة",
    help_taken: "رأى مكتب الاستقبال أنك طلبت المساعدة",
    emergency: "إذا شعرت بتوعّك فأخبر فورًا أي شخص يعمل هنا.",
    sound_on: "نبّهني بصوت",
    sound_is_on: "الصوت مفعّل ما دامت هذه الصفحة مفتوحة",
    offline: "لا يوجد اتصال. هكذا كان الأمر عند {time}.",
    too_often: "لحظة من فضلك، ثم حاول مرة أخرى.",
    not_now: "لم يتغيّر شيء. هكذا هو الأمر الآن.",
    closed: "صفحة هذا الرقم مغلقة",
    closed_text: "الرقم صالح ليوم واحد. إذا كنت تنتظر فاسأل مكتب الاستقبال من فضلك.",
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
            let mut names: Vec<String> = names.filter(|name| !name.starts_with(|c: char| c.is_ascii_digit())).map(str::to_owned).collect();
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

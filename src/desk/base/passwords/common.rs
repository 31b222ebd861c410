//! Passwords that are tried first.
//!
//! Written by hand for this program: words that turn up in every published count of leaked passwords, and those that
//! suggest themselves at a clinic's front desk. A password of such words and a few digits is refused, however it is
//! written (`P4ssw0rd!`).

/// The words, in lower case, at least four letters each.
pub(super) const WORDS: &str = "
password passwort passwd passcode passphrase contrasena contrase motdepasse parola senha secret secreto geheim private
access accesso login logon signin changeme changeit default temporary temp1234 guest user username test testing tester
demo sample example admin administrator root superuser manager system server network computer internet windows microsoft
google facebook youtube linkedin instagram twitter amazon apple iphone android samsung internet letmein iloveyou trustno
welcome willkommen bienvenido bienvenue hello hallo hola goodbye please thankyou whatever nothing something anything
everything qwerty qwertz azerty asdf asdfgh asdfjkl zxcvbn zxcv qazwsx wsxedc poiuy lkjhg mnbvc abcd abcdef abcxyz aaaa
monkey dragon tiger lion bear eagle falcon wolf shadow panther jaguar cobra phoenix dolphin turtle rabbit bunny kitty
kitten puppy doggy buster bailey buddy cookie cupcake peanut butter chocolate cheese banana apple orange cherry
strawberry coffee pepper ginger sugar honey candy sunshine moonlight rainbow flower butterfly angel angels heaven
princess prince queen king kingdom lovely loveme love lover forever always family friends friend baby babygirl babyboy
sweet sweetie sweetheart beautiful pretty gorgeous barbie tinkerbell snoopy garfield mickey minnie pokemon pikachu
naruto batman superman spiderman starwars skywalker hunter hunting fishing ranger soldier warrior killer master ninja
samurai pirate football baseball basketball soccer hockey tennis golf golfer softball volleyball cowboys yankees lakers
steelers eagles packers raiders patriots chelsea liverpool arsenal barcelona madrid juventus ferrari mercedes porsche
mustang corvette camaro harley yamaha honda toyota nissan chevy jeep dodge summer winter spring autumn fall season
january february march april june july august september october november december monday tuesday wednesday thursday
friday saturday sunday today tomorrow yesterday morning evening night weekend christmas holiday easter halloween america
american london paris berlin newyork boston chicago dallas houston phoenix denver seattle florida texas california
jordan michael michelle jessica jennifer ashley amanda nicole daniel david andrew anthony joseph joshua matthew robert
thomas charlie george william james maggie hannah taylor jasmine brandon austin justin samantha alexander alexis melissa
patrick richard steven martin maria carlos jose juan luis freedom liberty peace power money dollar rich lucky luck
winner success victory champion legend super awesome cool music guitar piano rock metallica nirvana eminem matrix merlin
gandalf hobbit zelda mario sonic minecraft fortnite gamer player blink biteme fuckyou asshole bitch jesus christ church
bible blessed amen heaven spirit diamond silver golden gold platinum crystal purple yellow green blue black white orange
school student teacher college university office work worker company business service support security helpdesk staff
clinic clinical hospital health healthcare medical medicine doctor nurse patient patients reception receptionist
frontdesk desk front kiosk arrivals arrival checkin waiting waitingroom room appointment pharmacy dental dentist urgent
care urgentcare emergency xray radiology surgery
";

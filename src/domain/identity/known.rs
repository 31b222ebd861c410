//! Common first names, so that another name is not taken for a slip in this one: Clara and Carla, Tim and Jim may be
//! twins.
//!
//! A name that is missing here is only compared less strictly. Folded, one line for each group of languages.

use std::collections::HashSet;
use std::sync::LazyLock;

static KNOWN: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| NAMES.iter().flat_map(|line| line.split_whitespace()).collect());

/// Whether a folded word is a common first name.
pub(super) fn is_given_name(word: &str) -> bool {
    KNOWN.contains(word)
}

const NAMES: [&str; 13] = [
    // English, women.
    "abby abigail ada addison adele adeline agatha agnes aileen alana alexa alexandra alexis alice alicia alina alisa \
     alison alissa allison alma alyssa amanda amber amelia amy ana andrea angel angela angelica angelina anita ann \
     anna annabel anne annette annie april aria ariana ariel arlene ashley ashlyn athena aubrey audra audrey aurora \
     autumn ava avery barbara bea beatrice becky bella bernadette bernice bertha bess beth bethany betsy betty beverly \
     bianca blanche bonnie brandy brenda briana bridget brittany brooke caitlin camila camilla candace candice cara \
     carla carly carmen carol carole caroline carolyn carrie casey cassandra catherine cathy cecelia cecilia celeste \
     celia charlene charlotte chelsea cherie cheryl chloe christina christine cindy claire clara clarissa claudia \
     colleen connie constance cora corinne courtney crystal cynthia daisy dana daniela danielle daphne darla darlene \
     dawn deanna debbie deborah debra deidre delia della denise desiree diana diane dina dolly dolores donna dora \
     doreen doris dorothy edith edna eileen elaine eleanor elena elisa elise eliza elizabeth ella ellen ellie elma \
     elsa elsie elva emily emma erica erika erin erma esther ethel eva evangeline eve evelyn faith fannie fay faye \
     felicia fern fiona flora florence frances freda gabriella gail gemma genevieve georgia geraldine gertrude gina \
     ginger gladys glenda gloria grace greta gretchen gwen hailey haley hanna hannah harriet hazel heather heidi helen \
     helena henrietta hilary hilda holly hope ida imogen ina inez ingrid irene iris irma isabel isabella isla ivy \
     jackie jacqueline jade jamie jan jana jane janet janice janie jasmine jean jeanette jeanne jena jenna jennie \
     jennifer jenny jessica jessie jill jillian jo joan joann joanna joanne jocelyn jodi jodie jody jolene josephine \
     josie joy joyce juanita judith judy julia juliana julie juliet june justine kaitlyn kara karen kari karina karla \
     kate katelyn katherine kathleen kathryn kathy katie katrina kay kayla keira kelley kelli kelly kelsey kendra \
     kerri kerry kim kimberly kira kirsten krista kristen kristi kristin kristina krystal kyla kylie lacey lana lara \
     latoya laura lauren laurie layla lea leah leanne leigh lela lena leona leslie leticia lia lila lilian lillian \
     lillie lily lina linda lindsay lisa liza lois lola lora loretta lori lorna lorraine louisa louise lucia lucille \
     lucinda lucy luna lydia lyla lynda lynette lynn lynne mabel mackenzie madeline madison mae maggie maisie mallory \
     mandy marcella marcia margaret margarita margery margie maria marian mariana marianne marie marilyn marina marion \
     marisa marissa marjorie marla marlene marsha marta martha mary maryann matilda mattie maud maureen mavis maxine \
     may maya megan meghan melanie melba melinda melissa melody mercedes meredith mia michaela michele michelle mila \
     mildred millie mindy minnie miranda miriam mollie molly mona monica monique morgan muriel myra myrna myrtle nadia \
     nadine nancy naomi natalia natalie natasha nell nellie nettie nichole nicola nicole nina nora norah noreen norma \
     olga olive olivia opal pam pamela pat patricia patsy patti patty paula pauline pearl peggy penelope penny phoebe \
     phyllis piper polly priscilla rachel rachelle ramona raquel rebecca regina rena renee rhoda rhonda rita roberta \
     robin robyn rochelle rosa rosalie rosalind rosanna rose rosemarie rosemary rosie roxanne ruby ruth sabrina sadie \
     sally samantha sandra sandy sara sarah sasha savannah selena selma serena shana shannon shari sharon shawna \
     sheila shelby shelia shelley shelly sheri sherri sherry sheryl shirley sienna silvia simone skylar sofia sonia \
     sonja sonya sophia sophie stacey staci stacy stella stephanie sue susan susanna susie suzanne sybil sylvia \
     tabitha tamara tami tammy tanya tara tasha taylor teresa teri terri terry tessa thea thelma theresa tiffany tina \
     toni tonia tonya tracey traci tracie tracy tricia trina trudy ursula valerie vanessa velma vera verna veronica \
     vicki vickie vicky victoria viola violet virginia vivian wanda wendy whitney wilma \
     winifred yolanda yvette yvonne zoe",
    // English, men.
    "aaron abel abraham adam adrian aidan aiden alan albert alec alex alexander alfred allan allen alton alvin amos \
     andre andrew andy angus anthony archie arlen arnold arron arthur asher ashton aubrey august austin axel barnaby \
     barry bart ben benedict benjamin bennie benny bernard bert bill billy blake bob bobby boyd brad bradley brandon \
     brendan brent brett brian brice brock bruce bruno bryan bryce bryon bryant byron caleb calvin cameron carl \
     carlton carroll carson carter casey cecil cedric chad charles charlie chase chester chris christian christopher \
     clarence clark claude clay clayton clement clifford clifton clint clinton clive clyde cody colby cole colin \
     conner connor conor conrad cooper corey cornelius cory craig curt curtis cyril dale dallas dalton damian damien \
     damon dan dana dane daniel danny darin darius darrel darrell darren darryl daryl dave david dean delbert dennis \
     denny derek derrick desmond devin devon dewey dexter dirk dominic don donald donnie donovan doug douglas doyle \
     drew duane dustin dwayne dwight dylan earl earnest eddie edgar edmund edward edwin eli elias elijah elliot \
     elliott ellis elmer elton elvin emil emmanuel emmett eric erik ernest ernie ervin erwin ethan eugene evan everett \
     ezra felix ferdinand finley finn fletcher floyd forrest francis frank frankie franklin fred freddie frederick \
     gabriel garrett garry garth gary gavin gene geoff geoffrey george gerald gerard gilbert giles glen glenn gordon \
     graham grant greg gregg gregory grover guy hal hank harlan harley harold harry harvey hayden hector henry herbert \
     herman homer horace howard hubert hugh hugo hunter ian ira irvin irving isaac isaiah ivan jack jackson jacob jake \
     jamal james jared jarrod jarvis jason jasper jay jeff jeffery jeffrey jeremiah jeremy jerome jerry jesse jim \
     jimmie jimmy joe joel joey john johnathan johnnie johnny jon jonah jonas jonathan jordan joseph josh joshua jude \
     julian julius justin karl keith kelvin ken kendrick kenneth kenny kent kermit kerry kevin kieran kirk kurt kyle \
     lamar lance larry lawrence lee leland len leo leon leonard leroy leslie lester levi lewis liam lincoln linus \
     lionel lloyd logan lonnie loren louis lowell lucas luke luther lyle lynn mack malcolm marc marcus mario marion \
     mark marlon marshall martin marty marvin mason mathew matt matthew maurice max maxwell melvin merle micah michael \
     mickey mike miles milton mitchell monty morgan morris moses murray myles myron nate nathan nathaniel neal ned \
     neil nelson neville nicholas nick nigel noah noel nolan norbert norman oliver ollie omar orville oscar otis otto \
     owen pat patrick paul percy perry pete peter phil philip phillip preston quentin quinn ralph randal randall \
     randolph randy raphael ray raymond reed reggie reginald reid rene reuben rex rhys ricardo richard rick rickey \
     ricky riley rob robbie robert roderick rodger rodney roger roland rolf roman ron ronald ronnie rory roscoe ross \
     roy ruben rudolph rudy rufus russell rusty ryan sam sammy samson samuel scot scott sean sebastian seth seymour \
     shane shaun shawn sheldon sherman sid sidney silas simon solomon spencer stan stanley stefan stephen sterling \
     steve steven stewart stuart sylvester tad ted terence terrance terrence terry theo theodore thomas tim timmy \
     timothy tobias toby todd tom tommie tommy tony travis trent trevor tristan troy tucker tyler tyrone tyson vance \
     vaughn vernon vic victor vince vincent virgil wade wallace walter ward warren wayne wendell wesley weston wilbert \
     wilbur wiley wilfred will willard william willie willis wilson winston woodrow wyatt xavier zachary zane",
    // Spanish and Portuguese.
    "adan adela adolfo adriana agustin alba alberto alejandra alejandro alfonso alfredo alicia alonso alvaro amalia \
     amparo ana andres angel angela angeles anselmo antonia antonio araceli arturo asuncion aurelia aurelio beatriz \
     belen benita benito bernarda bernardo blanca camila camilo caridad carina carlos carlota carmela carmelo carmen \
     catalina cecilia cesar clemente concepcion consuelo cristian cristina cristobal cruz dalia daniel daniela dario \
     debora delfina diana diego dolores domingo dominga edgar eduardo elena elias elisa elisabet eliseo eloisa elvira \
     emilia emiliano emilio encarnacion enrique ernesto esperanza esteban estela estrella eugenia eugenio eva fabian \
     fabiola fatima federico felipe felix fermin fernanda fernando fidel flor florencia francisca francisco gabriel \
     gabriela genaro gerardo german gilberto gisela gloria gonzalo graciela gregorio guadalupe guillermina guillermo \
     gustavo hector herminia hernan hilda horacio hortensia hugo ignacia ignacio ines inmaculada irene isabel isidro \
     ismael israel ivan ivonne jaime javier jeronimo jesus joana joao joaquin joaquina jorge jose josefa josefina juan \
     juana julia julian juliana julieta julio laura leandra leandro leonardo leonor leticia lidia lilia lorena lorenzo \
     lourdes lucas lucia luciana luciano luis luisa luiz lupe lurdes luz magdalena manuel manuela marcela marcelina \
     marcelino marcelo marco marcos margarita maria mariana mariano mario marisol marta martin martina mateo matias \
     mauricio maximiliano maximo mercedes miguel milagros miriam monica natalia natividad nestor nicolas nieves noelia \
     nuria octavio ofelia olga omar orlando oscar pablo paloma paola patricia patricio paula paulina paulo paz pedro \
     perla pilar rafael rafaela raimundo ramiro ramon ramona raquel raul rebeca reinaldo remedios ricardo roberto \
     rocio rodolfo rodrigo rogelio roman rosa rosalia rosario ruben rufino salvador samuel sandra santiago santos sara \
     saul sebastian sergio silvia simon socorro sofia sol soledad susana teodoro teresa tiago tomas trinidad ursula \
     valentin valentina vanesa veronica vicenta vicente victor victoria violeta virginia vito viviana ximena yolanda",
    // French and Italian.
    "adele adrien agathe agnes aime aimee alain alban alexandre alexis alice aline amelie anais andre andree angele \
     anne annick antoine arnaud aurelie baptiste benoit bernard bertrand brigitte bruno camille caroline cecile celine \
     chantal charles chloe christelle christian christiane christophe claire claude claudine clement clementine \
     colette corentin corinne cyril damien daniel danielle david delphine denis denise didier dominique edith edouard \
     elisabeth elise elodie emile emilie emma emmanuel enzo eric estelle etienne eva fabien fabienne fabrice florent \
     florian francine francis franck francois francoise frederic gabriel gael gaelle genevieve georges gerard germain \
     gilbert gilles gisele gregory guillaume guy helene henri herve hugo hugues ines irene isabelle jacqueline jacques \
     jean jeanne jerome joel joelle josette jules julie julien juliette justine karine laurence laurent lea leo leon \
     liliane loic lola louis louise luc lucas lucie lucien lucienne madeleine manon marc marcel marcelle margaux \
     margot marguerite marie marine marion marthe martine mathieu mathilde maurice maxime melanie michel michele \
     micheline mireille monique nathalie nicolas nicole noel noemie odette odile olivier pascal pascale patrice \
     patrick paul paulette pauline philippe pierre quentin raphael raymond remi remy renaud rene renee robert roger \
     roland romain sabine sandrine sebastien serge severine simone solange sophie stephane suzanne sylvain sylvie theo \
     therese thierry thomas valentin valerie veronique victor vincent virginie xavier yann yves yvette yvonne \
     alessandra alessandro alessia alessio andrea angelo antonella antonio bruna carla carlo chiara claudia claudio \
     cristina daniela daniele dario davide domenico elena elisa emanuela emanuele enrico fabio federica federico \
     filippo francesca francesco gabriele giacomo gianni giorgia giorgio giovanna giovanni giulia giuliano giulio \
     giuseppe giuseppina laura lorenzo luca luigi marco maria mario massimo matteo maurizio michela michele mirella \
     nicola paola paolo piero pietro renato riccardo roberta roberto rosanna salvatore sara sergio silvia silvio \
     simona simone stefania stefano teresa umberto valeria valerio vincenzo vito vittoria vittorio",
    // German, Dutch and Nordic.
    "achim adelheid agnes albrecht alexander alfons andreas anette anja anke anna annelies annelise anneliese \
     annemarie annette anton antje arne astrid axel barbara bastian beate bernd bernhard bettina birgit birgitte \
     bjarne bjorg bjorn bodo brigitta brigitte britta burkhard carina carsten christa christel christian christiane \
     claus clemens cornelia dagmar detlef dieter dietmar dirk doris dorothea eberhard edith egon elfriede elke elmar \
     emil emma erhard erich erika ernst erwin eva ewald femke ferdinand florian frank franz franziska frieda friedrich \
     fritz gabriele georg gerald gerd gerda gerhard gerrit gertrud gisela gottfried greta grete gudrun gunnar gunter \
     gunther guntram gustav hanna hannelore hanne hannes hans harald hartmut heidi heike heiko heiner heinrich heinz \
     helga helge helmut hendrik hennie henning henrik herbert herman hermann hilde hildegard hilmar holger horst \
     hubert hugo ilona ilse inge ingeborg ingo ingrid irma irmgard jan jana jannis jens joachim jochen johan johanna \
     johannes jonas jorg jorgen joris josef jost jurgen kai karin karl karla karsten kaspar kate kathe katharina katja \
     katrin kees kerstin kirsten kjell kjersti klaus knut konrad kristina kurt lars lasse lea leif lena leon leonie \
     liesbeth lieselotte lisa lore lothar louisa ludwig luise lukas lutz maarten magda magdalena magnus maik maike \
     maja manfred manuela maren margit margot margret margrethe marga maria marianne marie marijke marina mario marion \
     marit markus marlene marta martha marta martin martina mathias matthias mats max melanie merete michael mia \
     mikael mirjam mona monika moritz nadine nadja nicole niels nils nina nora norbert olaf olav ole oskar oswald \
     oystein otto pal paul paula per peter petra philipp pia pieter pim piet rainer ralf ralph regina reiner reinhard \
     renate robert rolf rosa rosemarie rudolf ruth sabine sabrina sandra sara saskia sebastian sibylle siegfried \
     sigrid silke silvia simon simone sofie solveig sonja sophie stefan stefanie steffen stein sten stig susanne sven \
     svenja sverre svetlana tanja thea theo theodor thomas thorsten tilman timo tobias tom tone tor tore torsten trude \
     udo ulf uli ulla ulrich ulrike ursula ute uwe veronika viktor vera volker waldemar walter waltraud werner wiebke \
     wilhelm willem willi willy wim wolf wolfgang yvonne ake ase aase marta margareta britt gun",
    // Polish, Czech, Hungarian and southern Slavic.
    "adam agata agnieszka aleksander aleksandra alicja andrej andrzej ania anna antoni anton barbara bartosz beata \
     bogdan boleslaw bozena branko cezary czeslaw dana danuta dariusz david dominik dorota dragan dusan edyta elzbieta \
     emil emilia eva ewa filip franciszek frantisek gabor gabriela goran grazyna grzegorz halina hana hanna helena \
     henryk irena iva ivan ivana ivo iwona izabela jacek jadwiga jakub jan jana janina janusz jarmila jaroslav \
     jaroslaw jaromir jerzy jiri jirina joanna josef jozef jolanta julia justyna karel karol karolina katarzyna \
     kazimierz kinga krystyna krzysztof laszlo lech lenka leszek libor lidia lubos ludmila ludwik lukas lukasz maciej \
     magda magdalena malgorzata marcin marek maria marian mariusz marketa marta martin martina mateusz michal \
     mieczyslaw mikolaj milan milena milos mirek miroslav miroslaw monika natalia nikola nikolina ondrej ota pavel \
     pavla pawel petr petra piotr radek radoslaw radka rafal renata roman ryszard ruzena sabina sandor sara sebastian \
     slavko slawomir stanislav stanislaw stefan svetlana sylwia szymon tadeusz tereza teresa tibor tomas tomasz \
     urszula vaclav vera veronika viktor vladimir vladislav vlasta waclaw waldemar wanda wieslaw wiktoria witold \
     wladyslaw wojciech zbigniew zdenek zdenka zdzislaw zofia zoltan zuzana zuzanna zygmunt borivoj",
    // Russian, Ukrainian and Greek in Latin letters.
    "aleksandr aleksandra aleksei aleksey alexei alexey alina alisa alla anastasia anatoly andrei andrey angelina anna \
     anton antonina arkady artem boris bogdan daria denis diana dmitri dmitriy dmitry egor ekaterina elena evgeny \
     evgenia fyodor galina gennady georgy gleb grigory igor ilya inna irina ivan katya kirill konstantin ksenia lara \
     larisa leonid lev lidia lilia liudmila lyubov lyudmila maksim margarita maria marina masha maxim mikhail nadezhda \
     nadia natalia natalya natasha nikita nikolai nikolay nina oksana oleg olesya olga pavel petr polina raisa roman \
     ruslan semyon sergei sergey sofia stanislav stepan svetlana taisia tamara tanya tatiana tatyana timur vadim \
     valentin valentina valery valeria vasily vera veronika viktor viktoria vitaly vladimir vladislav vyacheslav yana \
     yegor yelena yevgeny yulia yuri yury zinaida zoya aikaterini alexandros anastasios andreas angeliki antonios \
     apostolos athanasios christos despina dimitra dimitrios dimitris eirini eleni evangelia evangelos georgia \
     georgios giorgos ioanna ioannis katerina konstantina konstantinos kostas maria marios michalis nikos nikolaos \
     panagiota panagiotis paraskevi pavlos petros sofia sotiria sotirios spyridon stavros stavroula stelios theodoros \
     vasiliki vasilios vasilis yannis zoi",
    // Arabic, Persian and Turkish in Latin letters.
    "abbas abdallah abdul abdullah abdulrahman adel adil adnan ahlam ahmad ahmed aisha akram ali alia alya amal aman \
     amani amer amin amina amir amira ammar amr anas anwar arif arwa asad ashraf asma aya ayman aziz aziza bader badr \
     bahaa basim basma bilal bushra dalal dalia dana dina donia ehab eman fadi fadia fadl fahad faisal farah fares \
     farid farida faris fatima fatma fawzi firas fouad ghada hadi hadil hafsa haidar haifa hala halim halima hamad \
     hamid hamza hana hanan hani hania hanna haris haroun hasan hashim hassan hatem haya heba hind hisham hoda huda \
     husam husni hussein ibrahim ihsan iman imad imran isa israa jalal jamal jamil jamila jana jihad jumana kamal \
     kamil karam karim karima khadija khaled khalid khalida khalil laila lama lamia latifa layan layla leila lina \
     lubna maha mahdi mahmoud majed majid majida malak malik manal mansour maram mariam marwa marwan maryam mazen mona \
     mohamed mohammad mohammed muhammad muna munir mustafa nabil nabila nada nadia nadim naim naima najla nasser nawal \
     nour nora noura nur nura omar osama othman qasim raed rafik rahma raja rami rana rana rania rasha rashid rawan \
     rayan reem rima rola rula ruqayya saad sabah sabri sadiq safa safiya sahar said saif salah salam saleh salem \
     salim salima salma salman salwa samar sameh sami samia samir samira samira sana sara sarah sawsan shadi shaima \
     shams sherif siham sofian suad suha suhail sulaiman sumaya susan taha tahir talal tamer tareq tariq usama wael \
     wafa wahid walid wasim widad yahya yara yasin yasir yasmin yasmine younes youssef yusuf zahra zaid zaina zainab \
     zakaria zaki zara zeina zeinab ziad aydin ayse burak caglar can cem cigdem deniz ebru elif emel emin emine emre \
     engin erdem esra fatih fatma filiz gul gulsen hakan halil hasan hatice huseyin ibrahim isil ismail kemal kerem \
     leyla mehmet melek meltem mert merve metin murat mustafa nermin nur oguz okan omer onur orhan osman ozan ozge \
     pinar recep selim selma sema serap serkan sevgi sibel sinan sukru suleyman tolga tuncay ufuk umut \
     yasemin yilmaz yusuf zehra zeynep",
    // Arabic, folded.
    "احمد محمد محمود حامد حمد حميد حماد عمر عمرو عمار علي عالي خالد خليل خليفه يوسف يونس ابراهيم اسماعيل اسحاق حسن \
     حسين حسان محسن عبدالله عبدالرحمن عبدالعزيز سعيد سعد سعود مسعود سالم سليم سلمان سليمان سلام سلامه كريم كرم كامل \
     كمال جمال جميل جلال طارق طاهر طلال ماجد مجيد ناصر نصر منصور منير امير امين انس انيس ايمن ايمان وليد خالده فاطمه \
     فايزه فريد فريده فادي فاديه امل امال اميره امينه منى منال مني ليلي لينا لبني نور نوره نورا نادر ناديه نديم نجلا \
     زينب زينه زياد زيد زهره زهرا هند هدي هالة هاله هاني هاله حنان حنين حليمه حسنا خديجه عايشه عاليه عبير عزيزه سميره \
     سمير سمر سامر سامي ساميه ساره سلوي سلمي سنا سهير سهيل شيما شادي رنا رانيا رامي ريم ريما رحمه رشيد راشد رشا مريم \
     مروه مروان مصطفي مراد مها ميسا باسم باسمه بسمه بلال بدر يحيي ياسين ياسر ياسمين ياسمين دينا داليا دانا جنى",
    // Vietnamese, Chinese and Korean in Latin letters; of Korean names both syllables together.
    "anh bao binh chau chi cuong dao duc dung duy duyen giang ha hai han hang hanh hien hieu hoa hoai hoang hong hue \
     hung huong huy huyen khanh khoa kien kim lam lan lien linh loan long mai minh my nam nga ngan nghia ngoc nguyet \
     nhi nhu nhung oanh phat phong phuc phuoc phuong quan quang quoc quy quyen quynh son tam tan thanh thao thi thu \
     thuy tien tin toan trang tri trinh trung truong tu tuan tung tuyen tuyet uyen van viet vinh vy xuan yen bin bo \
     chang chao chen cheng chun dan dong fang fei feng fen gang guang guo hao haoran hong hua hui jia jian jianguo jie \
     jin jing jun kai kang lan lei li lihua lin ling liang liu long lu man mei meiling min ming na ning pei peng ping \
     qi qiang qin qing rong rui shan shu shuang song tao ting wei wen xia xiang xiao xiaohong xiaoming xin xiu xiulan \
     xue yan yang yi yin ying yong yu yuan yue yun ze zhen zheng zhi zhigang zhiqiang bora boram daeun dohyun donghyun \
     dongwook eunjeong eunji eunjin eunyoung gayoung haeun hana hayoon hyejin hyejung hyeyoung hyojin hyunjin hyunsoo \
     hyunwoo jaehyun jaemin jaesung jieun jihoon jihye jihyun jimin jisoo jisung jiwon jiwoo jiyeon jiyoung joon \
     jungho junho junseo kyungsook kyungsoo minho minji minjun minjung minseo minsoo miyoung nayeon sangho sangmin \
     seojun seoyeon seoyoon seoyoung seungho seunghyun soojin soyeon sujin sumin sungho sungmin sunhee taehyun woojin \
     yejin yejun yoona younghee youngho youngja youngjae youngsoo yujin yuna",
    // Indian, Pakistani and Filipino.
    "aarav aarti abhay abhishek aditi aditya ajay ajit akash akshay alok amar amit amita amrita anand ananya anil \
     anita anjali anju ankit ankita ansh anuj anupam anuradha aparna archana arjun arun aruna arvind asha ashish ashok \
     ashwin bala bharat bhavna chandra chetan deepa deepak deepika devi dev dhruv dilip dinesh divya durga farhan \
     ganesh gaurav geeta girish gita gopal govind hari harish hema hemant indira ishaan jaya jayant jyoti kabir kajal \
     kalpana kamal kamala karan kavita kavya kiran kishore komal krishna krishnan kumar lakshmi lalit lata leela madhu \
     madhuri mahesh mala mallika manish manisha manju manoj meena meera megha mohan mohit mukesh nalini nandini naresh \
     narendra naveen neelam neeta neha nikhil nilesh nirmala nisha nitin padma pankaj pooja prabha pradeep prakash \
     pramod prasad prashant pratik praveen prem priya priyanka puja pushpa radha raghav rahul raj raja rajan rajeev \
     rajendra rajesh rajiv raju rakesh ram rama raman ramesh rani rashmi ravi ravindra reena rekha renu rina ritu \
     rohan rohini rohit roshan roshni sachin sagar sameer sandeep sangeeta sanjana sanjay sanjeev santosh sarita saroj \
     satish savita seema shanti sharda shashi sheela shilpa shiv shivani shobha shreya shyam simran sneha sonal sonia \
     sri subhash sudha sudhir sujata suman sumit sunil sunita suraj surendra suresh surya sushil sushila swati tara \
     tarun uday uma usha vandana varsha varun vasant venkatesh vidya vijay vijaya vikas vikram vimal vinay vinod vipin \
     vishal vivek yash imelda jericho jomar maricel marites rodel rowena",
    // West and East African.
    "abena abiodun abiola ade adaeze adebayo adeola adwoa afia akosua akua ama amara ama babatunde bola bukola chi \
     chiamaka chidi chika chike chinedu chinwe chinyere chioma chisom chukwuemeka dayo efua ekow ebele ejike emeka esi \
     ezinne femi folake folasade funke funmi gbenga ife ifeanyi ifeoma ifeyinwa ike ikenna kofi kojo kunle kwabena \
     kwadwo kwaku kwame kwasi kwesi lanre maame ndidi ngozi nkechi nneka nnamdi nana obi obinna oge olamide olu \
     oluwaseun onyeka oyin sade segun seun simi sola tayo temi titi tobi tola tolu tope tunde uche uju yaa yaw yemi \
     yinka zainab abdi aden amina asha asli faduma farah halima hodan ifrah kiprono mwangi njeri omondi \
     wanjiru otieno tendai tesfaye",
    // Irish, Scottish and Welsh, and Hebrew.
    "aidan ailsa aine alasdair aled aoife blathnaid bronagh caoimhe carys catriona ciara ciaran cian cillian conall \
     conor cormac daire deirdre dermot declan diarmuid donal dylan eamon eilidh eimear emer eoghan eoin euan ewan \
     fergal fergus fiona finbar gareth geraint grainne gwen gwyneth huw ian iain ifan isla kevin kieran lachlan liam \
     lorcan maeve maire mairead malachy megan moira morag muireann niall niamh nuala oisin oonagh orla orlaith owen \
     padraig rhiannon rhys roisin ronan rory ruairi saoirse seamus sean shay sheena shona sian sinead siobhan sorcha \
     tadhg una aharon asher avi aviva avraham chaim chana david dina dov dvora eitan eli esther gad gideon hanna hila \
     ilan itai leah levi meir menachem michal miriam mordechai moshe naomi noa noam ora oren rachel reuven rivka ruth \
     sarah shai shira shlomo shmuel shoshana tal tamar tova tzvi uri yaakov yael yehuda yitzhak yonatan yosef zev",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twins_that_rhyme_are_two_names() {
        for (one, other) in [
            ("clara", "carla"),
            ("tim", "jim"),
            ("jing", "ming"),
            ("mia", "lia"),
            ("julia", "julian"),
            ("hasan", "hassan"),
        ] {
            assert!(is_given_name(one) && is_given_name(other), "{one} {other}");
        }
        for slip in ["carlla", "agusti", "robinn", "westob", ""] {
            assert!(!is_given_name(slip), "{slip}");
        }
    }
}

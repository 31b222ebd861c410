//! Common names of many languages, as plain facts: language, women's and men's given names, family names.

pub const LANGUAGES: [(&str, &str, &str, &str); 20] = [
    (
        "English",
        "Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Karen Margaret Dorothy Emily \
         Grace Rebecca Deborah Kathleen",
        "James Robert John Michael William David Richard Joseph Thomas Charles Edward Samuel \
         Benjamin Kenneth Stephen Gregory",
        "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Thompson White Harris Clark Lewis \
         Robinson Walker Young Allen King Wright Scott Hill Green Adams Baker Nelson Carter Mitchell Turner",
    ),
    (
        "Irish",
        "Siobhán Aoife Niamh Ciara Gráinne Bridget Maeve Orla",
        "Seán Patrick Liam Cormac Declan Eoin Brendan Fergus",
        "O'Brien O'Neil O'Sullivan Murphy Kelly Byrne Ryan Doyle McCarthy McDonald O'Connor \
         Fitzgerald Gallagher Kavanagh",
    ),
    (
        "Spanish",
        "María José Guadalupe Carmen Rosa Francisca Dolores Mercedes Ana Isabel Lucía Concepción Margarita Teresa",
        "José Luis Juan Carlos Francisco Manuel Jesús Miguel Ignacio Alejandro Rafael Eduardo Enrique Andrés",
        "García_López Martínez_Ruiz Rodríguez Hernández_Cruz González Pérez_Gómez Sánchez Ramírez_Díaz Flores \
         Torres_Vega Muñoz de_la_Cruz Núñez Ortiz_Peña Castillo del_Río Jiménez Fernández_Prado",
    ),
    (
        "Portuguese",
        "Ana Beatriz Inês Conceição Fátima Joana Lurdes",
        "João António Luís Paulo Gonçalo Tiago Sebastião",
        "Silva dos_Santos Ferreira Pereira Oliveira Costa Gonçalves Magalhães da_Conceição Araújo Simões",
    ),
    (
        "French",
        "Françoise Hélène Chloé Amélie Geneviève Thérèse",
        "François Jérôme André Étienne Benoît Gérard",
        "Lefèvre Dubois Beaulieu Gagné Côté Bélanger Lévesque Desrochers St-Pierre Larivière Tremblay",
    ),
    (
        "German",
        "Jürgena Käthe Hannelore Brigitte Ursula Grete",
        "Jürgen Jörg Günther Björn Wolfgang Klaus",
        "Müller Schröder Köhler Weiß Schäfer König Großmann Krüger Böhm Hofmann Weiss-Brandt von_Stein",
    ),
    (
        "Dutch",
        "Marijke Annelies Saskia Femke Liesbeth",
        "Pieter Joris Willem Hendrik Maarten",
        "van_den_Berg de_Vries Jansen van_Dijk Bakker ter_Horst van_der_Meer Visser Mulder",
    ),
    (
        "Nordic",
        "Åse Bjørg Kjersti Solveig Märta Hjördis",
        "Øystein Bjørn Håkon Sørlie Åke Jørgen",
        "Bjørnstad Ødegård Sørensen Åkesson Lindström Kjær Nygård Halvorsen Sjöberg Møller",
    ),
    (
        "Polish",
        "Małgorzata Agnieszka Bożena Elżbieta Grażyna",
        "Łukasz Paweł Zbigniew Krzysztof Wojciech",
        "Wałęsa Kowalska Wiśniewski Wójcik Zieliński Dąbrowski Szymański Kaczmarek",
    ),
    (
        "Czech",
        "Božena Jiřina Světlana Zdeňka Růžena",
        "Jiří Ondřej Zdeněk Václav Bořivoj",
        "Dvořáková Novotný Černý Procházka Kučera Havlíček Růžička",
    ),
    (
        "Turkish",
        "Işıl Gülşen Zeynep Ayşe Çiğdem",
        "Yılmaz Oğuz Şükrü Çağlar İbrahim",
        "Yıldız Öztürk Çelik Şahin Doğan Kılıç Güneş Aydın",
    ),
    (
        "Vietnamese",
        "Thị_Hạnh Thùy_Linh Ngọc_Ánh Hương Phương",
        "Văn_Đức Minh_Tuấn Quốc_Bảo Hữu_Phước Dũng",
        "Nguyễn Trần Lê Phạm Hoàng Phan Vũ Đặng Bùi Đỗ Hồ Ngô",
    ),
    (
        "Chinese",
        "Mei Xiulan Lihua Yan Xiaoming Jing",
        "Wei Jianguo Zhiqiang Lei Haoran Ming",
        "Wang Li Zhang Liu Chen Yang Zhao Huang Zhou Wu Xu Sun Ouyang Situ",
    ),
    (
        "Korean",
        "Ji-woo Seo-yeon Eun-ji Hye-jin Min-ji",
        "Min-jun Seung-ho Ji-hoon Dong-hyun Young-ho",
        "Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim",
    ),
    (
        "Arabic",
        "Fatima Amira Layla Nour Khadija Zainab Hanan",
        "Mohammed Ahmed Omar Khalid Youssef Ibrahim Hassan",
        "Haddad al-Hassan Mansour Khalil al-Sayed Nasser Bin_Salem Abdallah Shaheen Qureshi Darwish",
    ),
    (
        "Arabic script",
        "فاطمة أميرة ليلى نور خديجة زينب",
        "محمد أحمد عمر خالد يوسف إبراهيم",
        "حداد الحسن منصور خليل السيد ناصر عبدالله شاهين درويش",
    ),
    (
        "Russian",
        "Olga Ekaterina Svetlana Tatyana Lyudmila",
        "Dmitry Alexei Vladimir Yevgeny Sergei",
        "Ivanov Kuznetsova Smirnov Popova Volkov Shcherbakov Zhukov Tchaikovsky",
    ),
    (
        "Greek",
        "Eleni Vasiliki Aikaterini Paraskevi Dimitra",
        "Giorgos Konstantinos Nikolaos Panagiotis Vasilis",
        "Papadopoulos Nikolaou Georgiou Karamanlis Angelopoulos Vlachos",
    ),
    (
        "Indian",
        "Priya Lakshmi Anjali Sunita Kavita Deepa",
        "Rajesh Suresh Venkatesh Arjun Sanjay Krishnan",
        "Patel Sharma Singh Kumar Gupta Reddy Venkataraman Chatterjee Mukherjee Iyer",
    ),
    (
        "West African",
        "Adaeze Ngozi Abena Folasade Chiamaka Efua",
        "Chukwuemeka Kofi Oluwaseun Kwame Babatunde Emeka",
        "Okonkwo Asante Adeyemi Mensah Ogunleye Owusu Eze Nwosu Boateng Afolabi",
    ),
];

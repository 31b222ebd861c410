//! Which column of a list is what, by the names that exports of practices use.
//!
//! Invariant: nothing is guessed. A name is in this table because exports mean one thing by it; two columns that would
//! fill one field are a question.

use super::how::Mapping;

/// Something that a column can be.
pub struct Field {
    /// Its name, as the documented CSV has it.
    pub name: &'static str,
    /// What staff read.
    pub label: &'static str,
    /// Other names of its column, folded by [`fold_header`].
    pub also: &'static [&'static str],
}

const fn field(name: &'static str, label: &'static str, also: &'static [&'static str]) -> Field {
    Field { name, label, also }
}

/// Everything that a column can be, in the order in which it is offered.
pub const FIELDS: &[Field] = &[
    field(
        "appointment_id",
        "Appointment ID",
        &[
            "apptid",
            "appointmentnumber",
            "apptnumber",
            "appointmentno",
            "apptno",
            "visitid",
            "visitnumber",
            "bookingid",
            "encounterid",
            "csn",
        ],
    ),
    field(
        "start",
        "Start: date and time",
        &[
            "startdatetime",
            "startdateandtime",
            "appointmentstart",
            "apptstart",
            "appointmentdatetime",
            "apptdatetime",
            "appointmentdateandtime",
            "apptdateandtime",
            "appointmentdatetimestart",
            "appointmentstartdatetime",
            "apptstartdatetime",
            "datetime",
            "dateandtime",
            "datetimeofappointment",
            "scheduledstart",
            "scheduleddatetime",
            "visitdatetime",
            "startsat",
        ],
    ),
    field(
        "date",
        "Start: date alone",
        &[
            "appointmentdate",
            "apptdate",
            "visitdate",
            "dateofvisit",
            "dateofappointment",
            "dateofservice",
            "servicedate",
            "dos",
            "scheduleddate",
            "startdate",
            "appointmentstartdate",
            "apptstartdate",
        ],
    ),
    field(
        "time",
        "Start: time alone",
        &[
            "appointmenttime",
            "appttime",
            "visittime",
            "timeofappointment",
            "scheduledtime",
            "starttime",
            "appointmentstarttime",
            "apptstarttime",
        ],
    ),
    field(
        "minutes",
        "Length in minutes",
        &[
            "duration",
            "apptduration",
            "appointmentduration",
            "durationminutes",
            "durationmins",
            "durationmin",
            "length",
            "apptlength",
            "appointmentlength",
        ],
    ),
    field("status", "Status", &["apptstatus", "appointmentstatus", "visitstatus"]),
    field(
        "booked_on",
        "Booked on",
        &["bookingdate", "bookeddate", "datebooked", "appointmentcreateddate", "apptcreateddate", "apptmadedate"],
    ),
    field("service", "Service", &["appointmenttype", "appttype", "visittype", "servicename", "servicetype"]),
    field(
        "practitioner",
        "Provider",
        &[
            "provider",
            "providername",
            "practitionername",
            "doctor",
            "physician",
            "clinician",
            "apptprovider",
            "appointmentprovider",
            "renderingprovider",
            "schedulingprovider",
            "seeingprovider",
        ],
    ),
    field(
        "place",
        "Location",
        &[
            "location",
            "locationname",
            "apptlocation",
            "appointmentlocation",
            "servicelocation",
            "facility",
            "facilityname",
            "department",
            "departmentname",
            "site",
        ],
    ),
    field(
        "patient_id",
        "Patient ID or MRN",
        &[
            "mrn",
            "patientmrn",
            "medicalrecordnumber",
            "medicalrecordno",
            "mrnumber",
            "patientnumber",
            "patientno",
            "patientidentifier",
            "patid",
            "ptid",
            "chartnumber",
            "chartno",
            "chartid",
        ],
    ),
    field("patient_source", "System that the patient ID is from", &["assigningauthority", "mrnsource"]),
    field("name", "Whole name: Last, First", &["patientname", "patient", "ptname", "fullname", "patientfullname"]),
    field(
        "given_name",
        "First name",
        &[
            "firstname",
            "patientfirstname",
            "patientfirst",
            "ptfirstname",
            "first",
            "fname",
            "givennames",
            "patientgivenname",
            "forename",
            "legalfirstname",
        ],
    ),
    field(
        "middle_name",
        "Middle name",
        &["middlename", "patientmiddlename", "middle", "middleinitial", "patientmiddleinitial", "mi"],
    ),
    field(
        "family_name",
        "Last name",
        &[
            "lastname",
            "patientlastname",
            "patientlast",
            "ptlastname",
            "last",
            "lname",
            "surname",
            "patientsurname",
            "familynames",
            "patientfamilyname",
            "legallastname",
        ],
    ),
    field("other_given_names", "Other first names", &["otherfirstnames"]),
    field(
        "other_family_names",
        "Other last names",
        &["otherlastnames", "maidenname", "formerlastname", "previouslastname"],
    ),
    field(
        "birth_date",
        "Date of birth",
        &["dob", "dateofbirth", "patientdob", "patientdateofbirth", "patientbirthdate", "ptdob", "birthday"],
    ),
    field(
        "phone",
        "Phone",
        &[
            "phonenumber",
            "patientphone",
            "patientphonenumber",
            "telephone",
            "telephonenumber",
            "tel",
            "primaryphone",
            "preferredphone",
            "mainphone",
            "contactphone",
            "phone1",
        ],
    ),
    field(
        "cell_phone",
        "Cell phone",
        &[
            "cell",
            "cellphone",
            "cellphonenumber",
            "cellnumber",
            "mobile",
            "mobilephone",
            "mobilephonenumber",
            "mobilenumber",
            "phonecell",
            "phonemobile",
            "patientcellphone",
            "patientmobilephone",
        ],
    ),
    field(
        "home_phone",
        "Home phone",
        &["homephone", "homephonenumber", "phonehome", "hometelephone", "patienthomephone"],
    ),
    field(
        "work_phone",
        "Work phone",
        &["workphone", "workphonenumber", "phonework", "businessphone", "patientworkphone"],
    ),
    field("other_phones", "Other phones", &["phone2", "secondaryphone", "otherphone", "alternatephone", "altphone"]),
    field("email", "Email", &["emailaddress", "patientemail", "patientemailaddress"]),
    field(
        "address",
        "Street address",
        &[
            "streetaddress",
            "street",
            "address1",
            "addressline1",
            "addr1",
            "patientaddress",
            "patientaddress1",
            "homeaddress",
        ],
    ),
    field("address_2", "Street address, second line", &["address2", "addressline2", "addr2", "patientaddress2"]),
    field("city", "City", &["patientcity"]),
    field("state", "State", &["patientstate", "province", "stateprovince"]),
    field("postal_code", "ZIP code", &["zip", "zipcode", "postcode", "patientzip", "patientzipcode", "zippostalcode"]),
    field(
        "language",
        "Language",
        &["preferredlanguage", "primarylanguage", "patientlanguage", "languagespoken", "lang"],
    ),
    field("preferred_name", "Preferred name", &["nickname", "preferredfirstname", "goesby", "knownas"]),
    field("interpreter", "Interpreter needed", &["interpreterneeded", "interpreterrequired", "needsinterpreter"]),
    field("emergency_contact_name", "Emergency contact: name", &["emergencycontact", "emergencyname"]),
    field(
        "emergency_contact_phone",
        "Emergency contact: phone",
        &["emergencyphone", "emergencycontactnumber", "emergencycontactphonenumber"],
    ),
    field(
        "payer",
        "Insurance",
        &[
            "insurance",
            "insurancename",
            "insurancecompany",
            "insurancecarrier",
            "payername",
            "primaryinsurance",
            "primaryinsurancename",
            "primarypayer",
        ],
    ),
    field("payer_code", "Payer ID", &["payerid", "insurancepayerid"]),
    field(
        "member_id",
        "Member ID",
        &[
            "membernumber",
            "subscriberid",
            "policynumber",
            "policyid",
            "insuranceid",
            "insurancememberid",
            "primarymemberid",
            "primarypolicynumber",
        ],
    ),
    field("group_id", "Group number", &["groupnumber", "groupno", "primarygroupnumber"]),
    field("plan", "Plan", &["planname", "insuranceplan"]),
    field("coverage_start", "Coverage starts", &["effectivedate", "coverageeffectivedate"]),
    field("coverage_end", "Coverage ends", &["coverageenddate", "terminationdate", "insuranceexpirationdate"]),
    field(
        "relationship",
        "Relationship to subscriber",
        &[
            "relationshiptosubscriber",
            "relationtosubscriber",
            "subscriberrelationship",
            "patientrelationshiptosubscriber",
        ],
    ),
    field(
        "holder_name",
        "Subscriber name",
        &["subscriber", "subscribername", "policyholder", "policyholdername", "insuredname"],
    ),
    field(
        "holder_birth_date",
        "Subscriber date of birth",
        &["subscriberdob", "subscriberdateofbirth", "policyholderdob", "insureddob"],
    ),
    field("second_payer", "Second insurance", &["secondaryinsurance", "secondaryinsurancename", "secondarypayer"]),
    field("second_payer_code", "Second insurance: payer ID", &["secondarypayerid"]),
    field(
        "second_member_id",
        "Second insurance: member ID",
        &["secondarymemberid", "secondarypolicynumber", "secondarysubscriberid"],
    ),
    field("second_group_id", "Second insurance: group number", &["secondarygroupnumber"]),
    field("second_plan", "Second insurance: plan", &["secondaryplan"]),
    field("second_coverage_start", "Second insurance: coverage starts", &[]),
    field("second_coverage_end", "Second insurance: coverage ends", &[]),
    field("second_relationship", "Second insurance: relationship to subscriber", &[]),
    field("second_holder_name", "Second insurance: subscriber name", &["secondarysubscribername"]),
    field("second_holder_birth_date", "Second insurance: subscriber date of birth", &["secondarysubscriberdob"]),
    field("documents", "Documents to bring", &[]),
];

/// A column's name as it is compared: small letters and digits alone.
#[must_use]
pub fn fold_header(name: &str) -> String {
    let name = name.replace('#', " number");
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What the columns of a list are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    /// What each column is; nothing if it is not read.
    pub fields: Vec<Option<&'static str>>,
    /// Columns that no one said are to be left out, and that are not known.
    pub unknown: Vec<usize>,
    /// Fields that have to be there and are not.
    pub missing: Vec<&'static str>,
    /// Fields that several columns would fill, and these columns.
    pub doubled: Vec<(&'static str, Vec<usize>)>,
    /// Columns that the mapping names and that are not there.
    pub absent: Vec<String>,
}

impl Columns {
    /// Whether a list with these can be read.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.missing.is_empty() && self.doubled.is_empty() && self.absent.is_empty()
    }

    /// Whether some column is this.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.at(field).is_some()
    }

    /// Which column is this.
    #[must_use]
    pub fn at(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|known| *known == Some(field))
    }

    /// Sees what the columns of this header are, by what someone said and then by their names.
    #[must_use]
    pub fn of(header: &[String], mapping: Option<&Mapping>) -> Self {
        let folded: Vec<String> = header.iter().map(|name| fold_header(name)).collect();
        let mut columns = Self { fields: vec![None; header.len()], ..Self::default() };
        let mut is_decided = vec![false; header.len()];
        if let Some(mapping) = mapping {
            for name in &mapping.ignore {
                folded
                    .iter()
                    .zip(&mut is_decided)
                    .filter(|(other, _)| **other == fold_header(name))
                    .for_each(|(_, decided)| *decided = true);
            }
            for (name, column) in &mapping.columns {
                let Some(field) = FIELDS.iter().find(|field| field.name == name.as_str()) else { continue };
                // As it is written first; two columns may fold to the same.
                let exact = header.iter().position(|other| other.trim() == column.trim());
                let found = exact.or_else(|| folded.iter().position(|other| *other == fold_header(column)));
                match found.and_then(|at| columns.fields.get_mut(at).zip(is_decided.get_mut(at))) {
                    Some((filled, decided)) => (*filled, *decided) = (Some(field.name), true),
                    None => columns.absent.push(column.clone()),
                }
            }
        }
        let said: Vec<&str> = columns.fields.iter().flatten().copied().collect();
        for field in FIELDS {
            let free = |at: usize| !is_decided.get(at).copied().unwrap_or(true);
            let exact: Vec<usize> = header
                .iter()
                .enumerate()
                .filter(|(at, name)| free(*at) && name.trim().to_ascii_lowercase() == field.name)
                .map(|(at, _)| at)
                .collect();
            let fits = |name: &str| name == fold_header(field.name) || field.also.contains(&name);
            let alike: Vec<usize> =
                folded.iter().enumerate().filter(|(at, name)| free(*at) && fits(name)).map(|(at, _)| at).collect();
            // A column with the documented name is that, whatever else there is.
            let found = if exact.is_empty() { alike } else { exact };
            if said.contains(&field.name) {
                continue;
            }
            match found.as_slice() {
                [] => {}
                [one] => {
                    if let Some(filled) = columns.fields.get_mut(*one) {
                        *filled = Some(field.name);
                    }
                }
                _ => columns.doubled.push((field.name, found)),
            }
        }
        if columns.has("given_name") && columns.has("family_name") && !said.contains(&"name") {
            // `Patient` beside both is a number, or the same again.
            columns.fields.iter_mut().filter(|field| **field == Some("name")).for_each(|field| *field = None);
            columns.doubled.retain(|(field, _)| *field != "name");
        }
        let doubled: Vec<usize> = columns.doubled.iter().flat_map(|(_, at)| at.iter().copied()).collect();
        columns.unknown = (0..header.len())
            .filter(|at| {
                let is_free = columns.fields.get(*at).is_some_and(Option::is_none)
                    && !is_decided.get(*at).copied().unwrap_or(true);
                is_free && !doubled.contains(at)
            })
            .collect();
        columns.missing = columns.missing();
        columns
    }

    fn missing(&self) -> Vec<&'static str> {
        let has = |field: &str| self.has(field) || self.doubled.iter().any(|(doubled, _)| *doubled == field);
        let is_there = |field: &str| match field {
            "start" => has("start") || has("date"),
            "given_name" | "family_name" => has(field) || has("name"),
            _ => has(field),
        };
        super::table::REQUIRED.into_iter().filter(|field| !is_there(field)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(header: &str, mapping: Option<&Mapping>) -> Columns {
        Columns::of(&header.split(',').map(str::to_owned).collect::<Vec<_>>(), mapping)
    }

    #[test]
    fn every_name_means_one_thing() {
        let mut seen = std::collections::HashMap::new();
        for field in FIELDS {
            for name in field.also.iter().map(|name| (*name).to_owned()).chain([fold_header(field.name)]) {
                assert_eq!(fold_header(&name), name);
                assert!(
                    seen.insert(name.clone(), field.name).is_none_or(|other| other == field.name),
                    "{name} is {} too",
                    field.name
                );
            }
        }
        for name in super::super::draft::Draft::columns() {
            assert!(FIELDS.iter().any(|field| field.name == name), "{name}");
        }
    }

    #[test]
    fn headers_of_practices_are_known() {
        for header in [
            "appointment_id,start,given_name,family_name,birth_date",
            "Appointment ID,Start,Given Name,Family Name,Birth Date",
            "APPT-ID,Appt. Date/Time,First Name,Last Name,DOB",
            "Appt #,Appt Date,Appt Time,Patient Name,Date of Birth",
            "Visit ID,Appointment Date,Appointment Time,Patient First Name,Patient Last Name,Patient DOB,Cell Phone,\
             Home Phone,Provider,Location,MRN,ZIP",
        ] {
            let found = of(header, None);
            assert!(found.is_whole() && found.unknown.is_empty(), "{header}: {found:?}");
        }
        assert_eq!(of("Appt ID,Appt Time,Name", None).missing, ["start", "birth_date"]);
    }

    #[test]
    fn two_columns_for_one_field_are_a_question_unless_one_has_the_documented_name() {
        let found = of("appointment_id,start,given_name,family_name,birth_date,MRN,Patient ID", None);
        assert_eq!(found.doubled, [("patient_id", vec![5, 6])]);
        let found = of("appointment_id,start,given_name,family_name,birth_date,MRN,patient_id", None);
        assert!(found.is_whole() && found.at("patient_id") == Some(6) && found.unknown == [5]);
        let mapping = Mapping {
            columns: [("patient_id".to_owned(), "mrn".to_owned())].into(),
            ignore: vec!["Patient ID".to_owned()],
            ..Mapping::default()
        };
        let found = of("appointment_id,start,given_name,family_name,birth_date,MRN,Patient ID", Some(&mapping));
        assert!(found.is_whole() && found.at("patient_id") == Some(5) && found.unknown.is_empty());
        let mapping = Mapping { columns: [("start".to_owned(), "When".to_owned())].into(), ..Mapping::default() };
        assert_eq!(of("appointment_id,start", Some(&mapping)).absent, ["When"]);
    }
}

package oneroster

// tables lists the files of OneRoster 1.2 in the order in which they are read.
var tables = []string{
	"orgs",
	"academicSessions",
	"courses",
	"classes",
	"users",
	"roles",
	"enrollments",
	"demographics",
	"lineItems",
	"results",
	"userProfiles",
	"categories",
	"scoreScales",
	"lineItemLearningObjectiveIds",
	"lineItemScoreScales",
	"resultLearningObjectiveIds",
	"resultScoreScales",
}

// resources lists the files of OneRoster's resource service, which a package
// may hold too and which are passed over.
var resources = []string{"resources", "classResources", "courseResources"}

// needed lists the columns without which a file tells nothing.
var needed = map[string][]string{
	"orgs":             {"sourcedId", "name", "type"},
	"academicSessions": {"sourcedId", "title", "type", "startDate", "endDate", "schoolYear"},
	"courses":          {"sourcedId"},
	"classes":          {"sourcedId", "schoolSourcedId", "termSourcedIds"},
	"users":            {"sourcedId"},
	"roles":            {"userSourcedId", "role"},
	"enrollments":      {"sourcedId", "classSourcedId", "userSourcedId", "role"},
	"demographics":     {"sourcedId"},
	"lineItems":        {"sourcedId", "title"},
	"results":          {"sourcedId", "lineItemSourcedId", "studentSourcedId", "score", "scoreDate"},
}

// secret lists the columns that are never stored.
var secret = map[string][]string{
	"users":        {"password", "sms", "phone"},
	"userProfiles": {"password"},
}

// columns lists the columns of each file that may be stored: those of 1.2 and
// those that only 1.1 has.
var columns = map[string][]string{
	"orgs":                         {"sourcedId", "status", "dateLastModified", "name", "type", "identifier", "parentSourcedId"},
	"academicSessions":             {"sourcedId", "status", "dateLastModified", "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"},
	"courses":                      {"sourcedId", "status", "dateLastModified", "schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId", "subjects", "subjectCodes"},
	"classes":                      {"sourcedId", "status", "dateLastModified", "title", "grades", "courseSourcedId", "classCode", "classType", "location", "schoolSourcedId", "termSourcedIds", "subjects", "subjectCodes", "periods"},
	"users":                        {"sourcedId", "status", "dateLastModified", "enabledUser", "username", "userIds", "givenName", "familyName", "middleName", "identifier", "email", "agentSourcedIds", "grades", "userMasterIdentifier", "preferredGivenName", "preferredMiddleName", "preferredFamilyName", "primaryOrgSourcedId", "pronouns", "orgSourcedIds", "role"},
	"roles":                        {"sourcedId", "status", "dateLastModified", "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId", "userProfileSourcedId"},
	"enrollments":                  {"sourcedId", "status", "dateLastModified", "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate"},
	"demographics":                 {"sourcedId", "status", "dateLastModified", "birthDate", "sex", "americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican", "nativeHawaiianOrOtherPacificIslander", "white", "demographicRaceTwoOrMoreRaces", "hispanicOrLatinoEthnicity", "countryOfBirthCode", "stateOfBirthAbbreviation", "cityOfBirth", "publicSchoolResidenceStatus"},
	"lineItems":                    {"sourcedId", "status", "dateLastModified", "title", "description", "assignDate", "dueDate", "classSourcedId", "categorySourcedId", "academicSessionSourcedId", "gradingPeriodSourcedId", "resultValueMin", "resultValueMax", "schoolSourcedId"},
	"results":                      {"sourcedId", "status", "dateLastModified", "lineItemSourcedId", "studentSourcedId", "scoreStatus", "score", "scoreDate", "comment", "textScore", "classSourcedId", "inProgress", "incomplete", "late", "missing"},
	"userProfiles":                 {"sourcedId", "status", "dateLastModified", "userSourcedId", "profileType", "vendorId", "applicationId", "description", "credentialType", "username"},
	"categories":                   {"sourcedId", "status", "dateLastModified", "title", "weight"},
	"scoreScales":                  {"sourcedId", "status", "dateLastModified", "title", "type", "orgSourcedId", "courseSourcedId", "classSourcedId", "scoreScaleValue"},
	"lineItemLearningObjectiveIds": {"sourcedId", "status", "dateLastModified", "lineItemSourcedId", "source", "learningObjectiveId"},
	"lineItemScoreScales":          {"sourcedId", "status", "dateLastModified", "title", "lineItemSourcedId", "scoreScaleSourcedId"},
	"resultLearningObjectiveIds":   {"sourcedId", "status", "dateLastModified", "resultSourcedId", "source", "learningObjectiveId", "score", "textScore"},
	"resultScoreScales":            {"sourcedId", "status", "dateLastModified", "title", "resultSourcedId", "scoreScaleSourcedId"},
}

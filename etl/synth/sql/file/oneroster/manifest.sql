SELECT * FROM (VALUES
    ('manifest.version', '1.0'), ('oneroster.version', '1.2'),
    ('file.academicSessions', 'bulk'), ('file.categories', 'bulk'), ('file.classes', 'bulk'), ('file.classResources', 'absent'),
    ('file.courses', 'bulk'), ('file.courseResources', 'absent'), ('file.demographics', 'bulk'), ('file.enrollments', 'bulk'),
    ('file.lineItemLearningObjectiveIds', 'absent'), ('file.lineItems', 'bulk'), ('file.lineItemScoreScales', 'absent'), ('file.orgs', 'bulk'),
    ('file.resources', 'absent'), ('file.resultLearningObjectiveIds', 'absent'), ('file.results', 'bulk'), ('file.resultScoreScales', 'absent'),
    ('file.roles', 'bulk'), ('file.scoreScales', 'absent'), ('file.userProfiles', 'absent'), ('file.userResources', 'absent'), ('file.users', 'bulk'),
    ('source.systemName', 'Weir synthetic district'), ('source.systemCode', 'WEIR-SYNTH')
) AS t("propertyName", "value")

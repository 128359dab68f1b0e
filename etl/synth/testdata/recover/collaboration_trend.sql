SELECT slope(collaboration, ends) FROM survey

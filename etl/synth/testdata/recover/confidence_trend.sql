SELECT slope(confidence, ends) FROM survey

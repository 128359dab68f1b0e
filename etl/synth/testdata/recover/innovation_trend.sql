SELECT slope(innovation, ends) FROM survey

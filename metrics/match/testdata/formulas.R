# Writes formulas.csv: how R 4.2.2 expands formulas. Run it beside lalonde.csv.
d <- read.csv("lalonde.csv", row.names = 1, stringsAsFactors = TRUE)[, c("race", "treat", "age", "educ", "married", "nodegree", "re74", "re75")]
formulas <- c(
  "treat ~ age + educ", "treat ~ age * educ", "treat ~ age:educ", "treat ~ race", "treat ~ race - 1", "treat ~ 0 + race + age",
  "treat ~ race * married", "treat ~ race:married", "treat ~ married + race:married", "treat ~ race:factor(married)",
  "treat ~ race * factor(nodegree) * age", "treat ~ (age + educ + race)^2", "treat ~ (age + educ + race)^2 - age:educ",
  "treat ~ .", "treat ~ . - re74 - race", "treat ~ age + I(age^2) + I(age^3)", "treat ~ log(re74 + 1) + sqrt(re75) + log1p(re74)",
  "treat ~ I(re74 == 0) + I(re75 > 0)", "treat ~ educ / race", "treat ~ race/age", "treat ~ age + age + educ:age", "treat ~ educ + age:educ + age",
  "treat ~ I(age * educ) + exp(-age / 10) + abs(educ - 10)", "treat ~ factor(educ)", "treat ~ I(race == \"black\") + age",
  "treat ~ I(1e5 * age) + I(age / 100000) + I(0.5 * age)", "treat ~ (age + educ) * (race + married)", "treat ~ age - 1 + race",
  "treat ~ I(age > 20 & educ < 12) + !married", "treat ~ pmin(age, 30) + pmax(educ, 9, na.rm = FALSE)", "treat ~ I(-age^2) + I((-age)^2) + I(2^-1 * age)",
  "treat ~ race:age:educ", "treat ~ ifelse(age > 30, age, 30)", "treat ~ I(age - educ - 1) + I(age %% 2)")
formulas <- formulas[!grepl("%%|na.rm", formulas)]
row <- function(f) {
  t <- terms(as.formula(f), data = d)
  x <- model.matrix(t, d)
  j <- colnames(x) != "(Intercept)"
  data.frame(formula = f, intercept = attr(t, "intercept"), terms = paste(attr(t, "term.labels"), collapse = "|"),
             columns = paste(colnames(x)[j], collapse = "|"),
             sums = paste(format(colSums(x[, j, drop = FALSE] * seq_len(nrow(x))), digits = 15, trim = TRUE, scientific = TRUE), collapse = "|"))
}
write.csv(do.call(rbind, lapply(formulas, row)), "formulas.csv", row.names = FALSE)

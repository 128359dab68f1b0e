# Writes glm.json: R's glm on lalonde. Run with Rscript in this folder.
d <- read.csv("lalonde.csv")
d$sw <- 0.5 + (seq_len(nrow(d)) %% 7) / 4
d$dup <- d$age * 2 + d$educ
full <- treat ~ age + educ + race + married + nodegree + re74 + re75
fit <- function(name, formula, link, weighted = FALSE) {
  d$w <- if (weighted) d$sw else 1
  m <- glm(formula, quasibinomial(link), d, weights = w)
  cf <- unname(coef(m))
  list(name = name, link = link, weighted = weighted,
       columns = setdiff(colnames(model.matrix(formula, d)), "(Intercept)"),
       coefficients = ifelse(is.na(cf), "NA", sprintf("%.17g", cf)),
       fitted = unname(fitted(m)), deviance = m$deviance, null_deviance = m$null.deviance, iterations = m$iter)
}
cases <- list()
for (link in c("logit", "probit", "cloglog", "cauchit")) {
  cases <- c(cases, list(fit(link, full, link), fit(paste(link, "weighted"), full, link, TRUE)))
}
cases <- c(cases, list(
  fit("log", treat ~ married + nodegree, "log"),
  fit("identity", treat ~ married + nodegree, "identity"),
  fit("aliased", treat ~ age + educ + dup + married, "logit")))
writeLines(jsonlite::toJSON(cases, auto_unbox = TRUE, digits = NA, pretty = TRUE), "glm.json")

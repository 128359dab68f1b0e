# Writes survival.json: survfit on the survival package's aml and lung data. Run with Rscript in this folder.
suppressMessages(library(survival))
curve <- function(time, status) {
  s <- survfit(Surv(time, status) ~ 1, conf.type = "log-log")
  q <- quantile(s, c(0.25, 0.5))
  list(times = time, event = status == 1, time = s$time, at_risk = s$n.risk, survival = s$surv,
       se = s$surv * s$std.err, low = s$lower, high = s$upper,
       quantile = unname(q$quantile), quantile_low = unname(q$lower), quantile_high = unname(q$upper))
}
aml1 <- aml[aml$x == "Maintained", ]
out <- list(aml = curve(aml1$time, aml1$status), lung = curve(lung$time, lung$status - 1))
writeLines(jsonlite::toJSON(out, digits = NA, na = "null"), "survival.json")

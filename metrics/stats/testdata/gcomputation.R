# Writes gcomputation.json: logistic marginal effects and AIPW on lalonde. Run with Rscript in this folder.
suppressMessages(library(sandwich))
d <- read.csv("lalonde.csv")
i <- seq_len(nrow(d))
d$w <- 0.5 + (i %% 7) / 4
d$y <- as.numeric(d$re78 > 5000)
village <- i %% 40
m <- glm(y ~ treat * (age + educ + married), quasibinomial, d, weights = w, control = list(epsilon = 1e-15, maxit = 50))
target <- d$treat * d$w
predicted <- function(arm) {
  X <- model.matrix(~ treat * (age + educ + married), transform(d, treat = arm))
  p <- plogis(drop(X %*% coef(m)))
  list(p = weighted.mean(p, target), g = colSums(X * p * (1 - p) * target) / sum(target))
}
one <- predicted(1); zero <- predicted(0)
se <- function(g, V) sqrt(drop(t(g) %*% V %*% g))
scales <- function(V) list(
  rd = se(one$g - zero$g, V), rr = se(one$g / one$p - zero$g / zero$p, V),
  or = se(one$g / (one$p * (1 - one$p)) - zero$g / (zero$p * (1 - zero$p)), V))
variances <- list(HC0 = vcovHC(m, "HC0"), HC1 = vcovHC(m, "HC1"), HC2 = vcovHC(m, "HC2"), HC3 = vcovHC(m, "HC3"),
  CR0 = vcovCL(m, village, type = "HC0", cadjust = FALSE), CR1 = vcovCL(m, village, type = "HC0"),
  CR1S = vcovCL(m, village, type = "HC1"))
aipw <- function(estimand) {
  e <- fitted(glm(treat ~ age + educ + married, binomial, d, control = list(epsilon = 1e-15)))
  arm <- function(t) predict(lm(re78 ~ age + educ + married, d, subset = treat == t), d)
  m1 <- arm(1); m0 <- arm(0); t <- d$treat; y <- d$re78
  phi <- switch(estimand,
    ATE = m1 - m0 + t * (y - m1) / e - (1 - t) * (y - m0) / (1 - e),
    ATT = (t * (y - m0) - (1 - t) * e / (1 - e) * (y - m0)) / mean(t),
    ATC = (t * (1 - e) / e * (y - m1) - (1 - t) * (y - m1)) / mean(1 - t))
  est <- mean(phi)
  psi <- phi - est * switch(estimand, ATE = 1, ATT = t / mean(t), ATC = (1 - t) / mean(1 - t))
  n <- length(psi); s <- tapply(psi, village, sum); G <- length(s)
  list(estimate = est, hc1 = sqrt(sum(psi^2) / n^2 * n / (n - 1)), cr1 = sqrt(sum(s^2) / n^2 * G / (G - 1)))
}
out <- list(treated = one$p, control = zero$p, se = lapply(variances, scales),
  aipw = list(ATE = aipw("ATE"), ATT = aipw("ATT"), ATC = aipw("ATC")))
writeLines(jsonlite::toJSON(out, auto_unbox = TRUE, digits = NA, pretty = TRUE), "gcomputation.json")

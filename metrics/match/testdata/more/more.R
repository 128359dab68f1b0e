# Writes further reference results of MatchIt 4.7.2 on lalonde: run it beside
# lalonde.csv. sw and block are made up, for sampling weights and clusters.
library(MatchIt)
d <- read.csv("lalonde.csv", row.names = 1, stringsAsFactors = TRUE)
d$sw <- 1 + (d$age %% 5) / 4
d$block <- d$age %% 7
f <- treat ~ age + educ + race + married + nodegree + re74 + re75
m <- function(...) matchit(..., data = d)
calls <- expression(
  m01_atc = m(f, estimand = "ATC"),
  m02_ratio2 = m(f, ratio = 2),
  m03_ratio3_exact_cal = m(f, ratio = 3, exact = ~race, caliper = .2),
  m04_variable = m(f, ratio = 2, min.controls = 1, max.controls = 4),
  m05_closest = m(f, m.order = "closest"),
  m06_farthest = m(f, m.order = "farthest"),
  m07_closest_ratio2_cal = m(f, m.order = "closest", ratio = 2, caliper = .1),
  m08_reuse3 = m(f, reuse.max = 3),
  m09_reuse2_ratio2_exact = m(f, reuse.max = 2, ratio = 2, exact = ~married),
  m10_replace_ratio5 = m(f, replace = TRUE, ratio = 5),
  m11_antiexact = m(f, antiexact = ~married),
  m12_negative_caliper = m(f, caliper = -.1),
  m13_discard_both = m(f, discard = "both"),
  m14_discard_treated_re = m(f, discard = "treated", reestimate = TRUE),
  m15_discard_control_cal = m(f, discard = "control", caliper = .25),
  m16_probit = m(f, link = "probit", caliper = .2),
  m17_linear_probit = m(f, link = "linear.probit", ratio = 2),
  m18_sweights = m(f, s.weights = ~sw, caliper = .2),
  m19_smallest = m(f, m.order = "smallest"),
  m20_atc_replace = m(f, estimand = "ATC", replace = TRUE, caliper = .1),
  m21_covariate_calipers = m(f, caliper = c(.3, age = .5, educ = 1), std.caliper = c(TRUE, TRUE, FALSE)),
  m22_terms = m(treat ~ age * educ + I(age^2) + log(re74 + 1) + race:married + I(re75 == 0), caliper = .2),
  m23_exact_ate = m(treat ~ race + married + nodegree, method = "exact", estimand = "ATE"),
  m24_exact_atc = m(treat ~ race + married + educ, method = "exact", estimand = "ATC"),
  m25_subclass_ate = m(f, method = "subclass", subclass = 8, estimand = "ATE"),
  m26_subclass_atc_min2 = m(f, method = "subclass", subclass = 7, estimand = "ATC", min.n = 2),
  m27_subclass_many = m(f, method = "subclass", subclass = 14),
  m28_subclass_quantiles = m(f, method = "subclass", subclass = c(.3, .6, .9)),
  m29_subclass_min0 = m(f, method = "subclass", subclass = 12, min.n = 0),
  m30_cem_fd = m(f, method = "cem", cutpoints = "fd"),
  m31_cem_scott = m(f, method = "cem", cutpoints = "scott"),
  m32_cem_given = m(f, method = "cem", cutpoints = list(age = 4, educ = c(8.5, 11.5), re74 = "q3", re75 = 0, nodegree = 1),
                    grouping = list(race = list(c("white", "hispan"), "black"))),
  m33_cem_k2k = m(treat ~ age + educ + race, method = "cem", k2k = TRUE),
  m34_cem_k2k_atc_scaled = m(treat ~ age + educ + race, method = "cem", k2k = TRUE, k2k.method = "scaled_euclidean"),
  m35_replace_exact = m(f, replace = TRUE, exact = ~race + married, ratio = 2),
  m36_atc_ratio2_closest = m(treat ~ age + educ, estimand = "ATC", reuse.max = 4, m.order = "closest"),
  m37_column = m(f, distance = d$re74, ratio = 2, replace = TRUE),
  m38_mahalanobis_one = m(treat ~ age, distance = "mahalanobis", ratio = 2),
  m39_reuse_ratio_covcal = m(f, reuse.max = 2, ratio = 3, caliper = c(age = 3), std.caliper = FALSE),
  m40_cem_sturges_sw = m(treat ~ age + race, method = "cem", s.weights = ~sw),
  a01_robust = m(f, distance = "robust_mahalanobis"),
  a02_scaled = m(f, distance = "scaled_euclidean", ratio = 2),
  a03_euclidean = m(treat ~ age + educ, distance = "euclidean"),
  a04_maha_ratio2_exact = m(f, distance = "mahalanobis", ratio = 2, exact = ~race),
  a05_maha_closest = m(f, distance = "mahalanobis", m.order = "closest"),
  a06_mahvars_exact_order = m(f, mahvars = ~age + educ, exact = ~race, caliper = .3, m.order = "smallest"),
  a07_maha_caliper = m(f, distance = "mahalanobis", caliper = c(age = .3)),
  a08_maha_replace = m(f, distance = "mahalanobis", replace = TRUE, ratio = 3),
  a09_maha_sw_atc = m(treat ~ age + educ + re74, distance = "mahalanobis", s.weights = ~sw, estimand = "ATC", replace = TRUE),
  a10_maha_farthest = m(treat ~ age + educ + re75, distance = "mahalanobis", m.order = "farthest", ratio = 2),
  a11_maha_discard = m(f, mahvars = ~age + educ + re74, discard = "both", caliper = .4))
options(digits = 17)
full <- function(x) ifelse(is.na(x), "", format(x, digits = 17, trim = TRUE))
for (name in names(calls)) {
  r <- suppressWarnings(eval(calls[[name]]))
  dir.create(name, showWarnings = FALSE)
  writeLines(gsub("^expression\\(|\\)$", "", paste(deparse(calls[name]), collapse = "\n")), file.path(name, "call.txt"))
  u <- data.frame(id = names(r$treat), weight = full(r$weights),
                  subclass = if (is.null(r$subclass)) "" else ifelse(is.na(r$subclass), "", as.character(r$subclass)),
                  discarded = as.integer(r$discarded), distance = if (is.null(r$distance)) "" else full(r$distance))
  write.csv(u, file.path(name, "units.csv"), row.names = FALSE, quote = FALSE)
  if (!is.null(r$match.matrix)) {
    mm <- r$match.matrix
    p <- data.frame(focal_id = rep(rownames(mm), ncol(mm)), k = rep(seq_len(ncol(mm)), each = nrow(mm)), match_id = c(mm))
    write.csv(p[!is.na(p$match_id), ], file.path(name, "pairs.csv"), row.names = FALSE, quote = FALSE)
  }
  s <- summary(r, pair.dist = TRUE)
  b <- if (is.null(s$sum.matched)) s$sum.across else s$sum.matched
  write.csv(data.frame(row = rownames(b), as.list(as.data.frame(b)), check.names = FALSE), file.path(name, "balance_matched.csv"), row.names = FALSE)
}

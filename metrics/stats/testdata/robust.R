# Writes robust.json: linear models with sandwich and clubSandwich. Run with Rscript in this folder.
suppressMessages({library(sandwich); library(clubSandwich)})
rows <- function(m, kind, V, df = NULL) {
  s <- sqrt(diag(V))
  list(kind = kind, se = unname(s), df = if (is.null(df)) list() else unname(df))
}
model <- function(name, m, clusters) {
  cf <- coef(m)[!is.na(coef(m))]
  out <- list(rows(m, "classical", vcov(m)[names(cf), names(cf)]))
  for (k in c("HC0", "HC1", "HC2", "HC3")) out <- c(out, list(rows(m, k, vcovHC(m, type = k))))
  for (by in names(clusters)) {
    g <- clusters[[by]]
    for (k in c("CR0", "CR1", "CR1S", "CR2")) {
      V <- vcovCR(m, g, type = k)
      df <- if (k == "CR2") coef_test(m, V, test = "Satterthwaite")$df else NULL
      out <- c(out, list(c(rows(m, k, as.matrix(V), df), by = by)))
    }
  }
  if (length(clusters) == 2) {
    two <- as.data.frame(clusters)
    out <- c(out, list(c(rows(m, "CR1S", vcovCL(m, two, type = "HC1")), by = "both")))
    out <- c(out, list(c(rows(m, "CR1", vcovCL(m, two, type = "HC0")), by = "both")))
    out <- c(out, list(c(rows(m, "CR0", vcovCL(m, two, type = "HC0", cadjust = FALSE)), by = "both")))
  }
  list(name = name, names = names(cf), coefficients = unname(cf), sigma = summary(m)$sigma,
       r_squared = summary(m)$r.squared, variances = out)
}
d <- read.csv("lalonde.csv")
i <- seq_len(nrow(d))
d$w <- 0.5 + (i %% 7) / 4
d$dup <- d$age * 2 + d$educ
village <- i %% 40
band <- (i * 7) %% 13
star <- read.csv("STAR.csv.gz")
k <- star[!is.na(star$readk) & !is.na(star$mathk) & star$stark != "", ]
k$total <- k$readk + k$mathk
k$small <- as.numeric(k$stark == "small")
k$aide <- as.numeric(k$stark == "regular+aide")
k$experience <- ifelse(is.na(k$experiencek), 0, k$experiencek)
k$w <- 1 + (k$student %% 5)
cases <- list(
  model("plain", lm(re78 ~ treat + age + educ + re74, d), list(village = village, band = band)),
  model("weighted", lm(re78 ~ treat + age + educ + re74, d, weights = w), list(village = village, band = band)),
  model("aliased", lm(re78 ~ treat + age + educ + dup + re74, d), list(village = village, band = band)),
  model("star", lm(total ~ small + aide, k), list(schoolidk = k$schoolidk, systemk = k$systemk)),
  model("star weighted", lm(total ~ small + aide + experience, k, weights = w), list(schoolidk = k$schoolidk, systemk = k$systemk)))
writeLines(jsonlite::toJSON(cases, auto_unbox = TRUE, digits = NA, pretty = TRUE), "robust.json")

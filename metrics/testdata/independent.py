"""Works out what every metric says of a district, with pandas and without DuckDB
or Weir, from the definitions in words. Tests compare Weir's values with its own.

    python metrics/testdata/independent.py     (needs numpy, pandas and scipy)

writes what metrics say of the district beside this file to expected/<id>.csv, and
the test of each metric: a few rows of the district with what the metric says of
those, to catalog/<id>/test.

Intervals of bootstraps depend on Weir's random numbers and are left open; the
tests of package method compare those with package stats.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np
import pandas as pd
from scipy import stats

HERE = pathlib.Path(__file__).parent
CATALOG = HERE.parent / "catalog"
DISTRICT = pathlib.Path(os.environ.get("DISTRICT", HERE / "district"))
COLUMNS = ["district_id", "school_id", "session_id", "program_kind", "program_id", "grade_band", "subject",
           "experience_band", "device_access", "broadband_access", "breakdown", "category"]
T = ["teacher_key", "district_id", "school_id", "session_id", "year", "grade_band", "subject", "experience_band", "device_access", "broadband_access"]


def read(name):
    return pd.read_csv(DISTRICT / f"{name}.csv")


# ---- people and years

def year_of(days):
    """The school year, by the year in which it ends, of days; it turns on 16 July."""
    days = pd.to_datetime(days)
    return days.dt.year + ((days.dt.month > 7) | ((days.dt.month == 7) & (days.dt.day >= 16))).astype(int)


def teacher_years():
    teacher, school = read("teacher"), read("school").set_index("school_id").district_id
    rows = []
    for year in (2025, 2026):
        start, end = f"{year - 1}-08-15", f"{year}-06-15"
        held = teacher[(teacher.role == "teacher") & (teacher.effective_from <= end) & (teacher.effective_to.fillna(end) >= start)]
        held = held.sort_values("effective_from").groupby("teacher_key").tail(1)
        rows.append(held.assign(year=year, session_id=f"SY{year}"))
    t = pd.concat(rows)
    t["district_id"] = t.school_id.map(school)
    t["experience_band"] = pd.cut(t.years_experience, [-1, 3.99, 9.99, 19.99, 99], labels=["0-3", "4-9", "10-19", "20+"]).astype(object)
    t["broadband_access"] = t.broadband_access.map({True: "yes", False: "no", "True": "yes", "False": "no"})
    return t[T].reset_index(drop=True)


TY = teacher_years()
PROGRAM = read("pd_program").rename(columns={"kind": "program_kind"}).set_index("program_id")


def with_teacher(rows, day):
    """Adds the teacher's attributes in the school year of a day; rows of others go."""
    rows = rows.assign(year=year_of(rows[day])).drop(columns=[c for c in ("school_id", "session_id") if c in rows])
    return rows.merge(TY, on=["teacher_key", "year"])


def engagement():
    e = with_teacher(read("pd_engagement"), "started_at")
    return e.join(PROGRAM[["program_kind", "personalized", "follow_up"]], on="program_id")


ENGAGED = engagement()


def participants():
    g = ENGAGED.groupby(["teacher_key", "year", "program_id"])
    p = pd.DataFrame({
        "minutes": g.minutes.sum(), "activities": g.size(), "completed": g.completed.sum(),
        "hours": ENGAGED[ENGAGED.completed].groupby(["teacher_key", "year", "program_id"]).minutes.sum() / 60,
        "rated": g.relevance_rating.count(), "low": g.relevance_rating.apply(lambda r: (r <= 2).sum()),
        "satisfied": g.satisfaction_rating.sum(), "answers": g.satisfaction_rating.count(),
    }).reset_index().fillna({"hours": 0})
    p = p.merge(TY, on=["teacher_key", "year"]).join(PROGRAM[["program_kind", "personalized"]], on="program_id")
    return p.assign(breakdown="content", category=np.where(p.personalized, "personalized", "generic"))


P = participants()


def mixes():
    taken = P.groupby(["teacher_key", "year"])
    kinds = taken.program_kind.apply(lambda k: frozenset(k))
    def name(k):
        if len(k) == 1:
            return next(iter(k))
        return "human_and_ai_coaching" if k == {"human_coaching", "ai_coaching"} else "several"
    m = kinds.map(name).rename("mix").reset_index()
    m["only"] = taken.program_id.apply(lambda p: p.iloc[0] if len(p) == 1 else None).values
    follow = P.join(PROGRAM.follow_up, on="program_id").groupby(["teacher_key", "year"])[["personalized", "follow_up"]].any().reset_index()
    return m.merge(follow, on=["teacher_key", "year"])


MIX = mixes()


def costs():
    c = read("pd_cost")
    c = c[c.currency == "USD"]
    c["district_id"] = c.district_id.fillna(c.school_id.map(read("school").set_index("school_id").district_id))
    middle = pd.to_datetime(c.period_start) + (pd.to_datetime(c.period_end) - pd.to_datetime(c.period_start)) / 2
    c["year"] = year_of(middle)
    c["session_id"] = "SY" + c.year.astype(str)
    return c.drop(columns="school_id").join(PROGRAM.program_kind, on="program_id")


COST = costs()


def participant_costs():
    cost = COST.groupby(["district_id", "year", "program_id"]).amount.sum().rename("cost")
    size = P.groupby(["district_id", "year", "program_id"]).size().rename("size")
    p = P.merge(cost.reset_index(), on=["district_id", "year", "program_id"]).merge(size.reset_index(), on=["district_id", "year", "program_id"])
    return p.assign(cost=p.cost / p["size"])


PC = participant_costs()
TEACHER_COST = PC.groupby(["teacher_key", "year"]).cost.sum().rename("cost").reset_index()


def survey():
    s = with_teacher(read("survey_response"), "answered_on").merge(MIX[["teacher_key", "year", "personalized", "follow_up"]], on=["teacher_key", "year"], how="left")
    return s.assign(personalized=s.personalized.fillna(False).astype(bool), follow_up=s.follow_up.fillna(False).astype(bool))


S = survey()


def strategies():
    s = with_teacher(read("practice_change"), "learned_on").join(PROGRAM[["program_kind", "personalized"]], on="program_id")
    s["days"] = (pd.to_datetime(s.first_applied_on) - pd.to_datetime(s.learned_on)).dt.days
    return s.assign(breakdown="content", category=np.where(s.personalized, "personalized", "generic"), soon=(s.days <= 7).astype(float),
                    kept=s.in_use_at_3_months.map({True: 1.0, False: 0.0, "True": 1.0, "False": 0.0}))


STRATEGY = strategies()


def visits():
    s = read("observation_score")
    s["score"] = 1 + 3 * (s.score - s.scale_min) / (s.scale_max - s.scale_min)
    o = read("observation").rename(columns={"session_id": "part"}).merge(s.groupby("observation_id").score.mean().reset_index(), on="observation_id")
    return with_teacher(o, "observed_on")


VISIT = visits()


def growth():
    half = VISIT.groupby(["teacher_key", "year", VISIT.part.str[-1]]).score.mean().unstack()
    g = half.dropna().rename(columns={"F": "fall", "S": "spring"}).reset_index().merge(TY, on=["teacher_key", "year"])
    g = g.merge(MIX, on=["teacher_key", "year"], how="left").fillna({"mix": "none"})
    g["program_kind"] = g.mix.replace({"human_and_ai_coaching": "several"})
    return g.assign(program_id=g.only, breakdown="programs taken", category=g.mix, numerator=g.spring - g.fall, denominator=g.fall, gain=g.spring / g.fall - 1)


G = growth()


def coached():
    a = read("coach_assignment")
    a["year"] = year_of(a.begin_date)
    return a[["coach_key", "teacher_key", "year"]].drop_duplicates().merge(TY, on=["teacher_key", "year"])


COACHED = coached()


def coaching():
    c = with_teacher(read("coaching_session"), "held_at")
    return c.groupby([*T, "coach_type"], dropna=False).size().rename("sessions").reset_index()


SESSIONS = coaching()


def students():
    o = read("student_outcome")
    o = o[o.standard_error.notna()]
    o["half"], o["year"] = o.session_id.str[-1], o.session_id.str[2:6].astype(int)
    g = o.groupby(["student_key", "year", "section_id", "subject", "half"]).scale_score.mean().unstack().dropna().reset_index()
    g = g.rename(columns={"F": "prior", "S": "post"}).merge(read("section")[["section_id", "school_id", "grade"]], on="section_id")
    g["district_id"] = g.school_id.map(read("school").set_index("school_id").district_id)
    g["grade_band"] = g.grade.map({1: "KG-02", 4: "03-05", 7: "06-08"})
    return g.assign(session_id="SY" + g.year.astype(str), gain=g.post - g.prior)


STUDENT = students()


def taught():
    t = STUDENT.merge(read("section_teacher")[["section_id", "teacher_key", "instruction_share"]], on="section_id")
    t = t.merge(MIX[["teacher_key", "year", "mix"]], on=["teacher_key", "year"], how="left").merge(TEACHER_COST, on=["teacher_key", "year"], how="left")
    t["share"] = t.instruction_share.fillna(1)
    t["cost"] = t.cost.fillna(0) * t.share / t.groupby(["teacher_key", "year"]).share.transform("sum")
    return t.fillna({"mix": "none"})


TAUGHT = taught()


# ---- methods: from unit rows of one cell to value, interval, people

def people(u, person):
    return int(u[person].nunique()) if person else 0


def clusters(u, person):
    """Schools, or people inside one school."""
    if "school_id" in u and u.school_id.nunique(dropna=False) > 1:
        return u.school_id.fillna("")
    return u[person] if person else pd.Series(range(len(u)), index=u.index)


def sandwich(influence, by):
    """CR1: the error of an estimate whose rows have this influence, with its t."""
    sums = influence.groupby(by).sum()
    g = len(sums)
    if g < 2:
        return np.nan, np.nan, g
    return np.sqrt(g / (g - 1) * (sums**2).sum()), stats.t.ppf(0.975, g - 1), g


def ratio(u, person, interval=True):
    a, b = u.numerator.astype(float), u.denominator.astype(float)
    if b.sum() == 0:
        return None
    r = a.sum() / b.sum()
    if not interval:
        return r, np.nan, np.nan, people(u, person)
    se, t, _ = sandwich((a - r * b) / b.sum(), clusters(u, person))
    return r, r - t * se, r + t * se, people(u, person)


def mean(u, person):
    w = u.weight.astype(float) if "weight" in u else pd.Series(1.0, index=u.index)
    return ratio(u.assign(numerator=u.value.astype(float) * w, denominator=w), person)


def rate(u, person):
    a = u.numerator.astype(float)
    b = u.denominator.astype(float) if "denominator" in u else pd.Series(1.0, index=u.index)
    p, n = a.sum() / b.sum(), people(u, person) if person else len(u)
    z = stats.norm.ppf(0.975)
    se, t, _ = sandwich((a - p * b) / b.sum(), clusters(u, person))
    one_school = "school_id" not in u or u.school_id.nunique(dropna=False) == 1
    if p in (0, 1):
        size = min(n, b.sum())
    elif np.isnan(se) or one_school and len(u) == n and b.sum() == n:
        size = b.sum()
    else:
        size = min(b.sum(), p * (1 - p) / se**2 if se > 0 else np.inf) * (z / t) ** 2
    center = (p + z * z / (2 * size)) / (1 + z * z / size)
    reach = z / (1 + z * z / size) * np.sqrt(p * (1 - p) / size + z * z / (4 * size**2))
    return p, min(p, center - reach), max(p, center + reach), people(u, person)


def slope(u):
    x, y = u.x.astype(float), u.value.astype(float)
    sxx = ((x - x.mean()) ** 2).sum()
    return ((x - x.mean()) * (y - y.mean())).sum() / sxx if sxx > 1e-9 else np.nan


def trend(u, person):
    """Slope, by the jackknife; degrees of freedom from what each outcome alone changes."""
    if np.isnan(slope(u)):
        return None
    by = clusters(u, person).to_numpy()
    keys = pd.unique(by)
    x, y = u.x.to_numpy(float), u.value.to_numpy(float)
    weights = lambda rows: np.where(rows, (x - x[rows].mean()) / ((x[rows] - x[rows].mean()) ** 2).sum(), 0)
    if len(keys) < 2 or any(len(set(x[by != k])) < 2 for k in keys):
        return slope(u), np.nan, np.nan, people(u, person)
    changes = np.array([weights(np.full(len(x), True)) - weights(by != k) for k in keys])
    products, g = changes @ changes.T, len(keys)
    df = np.trace(products) ** 2 / (products**2).sum()
    reach = stats.t.ppf(0.975, df) * np.sqrt((g - 1) / g * ((changes @ y) ** 2).sum())
    return slope(u), slope(u) - reach, slope(u) + reach, people(u, person)


def contrast(u, person, how):
    d = u.treated.astype(bool)
    a = u.numerator.astype(float)
    b = u.denominator.astype(float) if "denominator" in u else pd.Series(1.0, index=u.index)
    if b[d].sum() == 0 or b[~d].sum() == 0:
        return None
    m1, m0 = a[d].sum() / b[d].sum(), a[~d].sum() / b[~d].sum()
    influence = pd.Series(np.where(d, (a - m1 * b) / b[d].sum(), -(a - m0 * b) / b[~d].sum()), index=u.index)
    n = min(u[d & (b > 0)][person].nunique(), u[~d & (b > 0)][person].nunique())

    def of(part):
        d = part.treated.astype(bool)
        a = part.numerator.astype(float)
        b = part.denominator.astype(float) if "denominator" in part else pd.Series(1.0, index=part.index)
        if b[d].sum() == 0 or b[~d].sum() == 0:
            return np.nan
        m1, m0 = a[d].sum() / b[d].sum(), a[~d].sum() / b[~d].sum()
        return m1 - m0 if how == "difference" else m1 / m0 if m1 > 0 and m0 > 0 else np.nan

    scale, back = (lambda v: v, lambda v: v) if how == "difference" else (np.log, np.exp)
    value, low, high = jackknife(u, person, of, scale, back)
    if np.isfinite([low, high]).all():
        return value, low, high, n
    if how == "difference":
        se, t, _ = sandwich(influence, clusters(u, person))
        return m1 - m0, m1 - m0 - t * se, m1 - m0 + t * se, n
    if m1 <= 0 or m0 <= 0:
        return None
    se, t, _ = sandwich(influence / np.where(d, m1, m0), clusters(u, person))
    return m1 / m0, m1 / m0 * np.exp(-t * se), m1 / m0 * np.exp(t * se), n


def jackknife(u, person, of, scale, back):
    """Agreement that is perfect but for rounding has no Fisher's z, so statistics are rounded first."""
    by = clusters(u, person)
    keys = by.unique()
    whole = of(u)
    left = np.array([scale(np.round(of(u[by != k]), 12)) for k in keys])
    if len(keys) < 2 or not np.isfinite(left).all() or not np.isfinite(scale(whole)):
        return whole, np.nan, np.nan
    g = len(keys)
    reach = stats.t.ppf(0.975, g - 1) * np.sqrt((g - 1) / g * ((left - left.mean()) ** 2).sum())
    ends = sorted((back(scale(whole) - reach), back(scale(whole) + reach)))
    return whole, *ends


def correlation(u):
    return u.x.corr(u.y)


def icc(u):
    """ICC(2,1) from the two-way analysis of variance."""
    m = u[["x", "y"]].to_numpy(float)
    n = len(m)
    if n < 2:
        return np.nan
    grand = m.mean()
    rows = 2 * ((m.mean(axis=1) - grand) ** 2).sum() / (n - 1)
    raters = n * ((m.mean(axis=0) - grand) ** 2).sum()
    rest = (((m - m.mean(axis=1, keepdims=True) - m.mean(axis=0, keepdims=True) + grand)) ** 2).sum() / (n - 1)
    return (rows - rest) / (rows + rest + 2 / n * (raters - rest))


def kappa(u):
    """Cohen's kappa from the table of both raters' scores."""
    table = np.zeros((4, 4))
    for x, y in zip(np.floor(u.x + 0.5), np.floor(u.y + 0.5)):
        table[int(x) - 1, int(y) - 1] += 1 / len(u)
    weight = 1 - np.subtract.outer(np.arange(4), np.arange(4)) ** 2 / 9
    expected = (weight * np.outer(table.sum(axis=1), table.sum(axis=0))).sum()
    return ((weight * table).sum() - expected) / (1 - expected) if expected < 1 else np.nan


def surviving(u, day):
    share = 1.0
    for t in sorted(u.days[u.days <= day].unique()):
        risk = (u.days >= t).sum()
        share *= 1 - ((u.days == t) & u.event).sum() / risk
    return share


def product_limit(u, person, at, show):
    for day in at:
        value, low, high = jackknife(u, person, lambda v: surviving(v, day), lambda p: np.log(-np.log(p)) if 0 < p < 1 else np.nan, lambda z: np.exp(-np.exp(z)))
        if show == "event":
            value, low, high = 1 - value, 1 - high, 1 - low
        yield "days", str(day), value, low, high, people(u, person)


def reliability(u, person):
    groups = [g.value.to_numpy(float) for _, g in u.groupby(["teacher_key", "period"])]
    k, n = len(groups), len(u)
    if k < 2 or n == k:
        return
    grand = u.value.mean()
    between = sum(len(g) * (g.mean() - grand) ** 2 for g in groups) / (k - 1)
    within = sum(((g - g.mean()) ** 2).sum() for g in groups) / (n - k)
    size = (n - sum(len(g) ** 2 for g in groups) / n) / (k - 1)
    f = between / within
    one = [max(0, (x - 1) / (x + size - 1)) for x in (f, f / stats.f.ppf(0.975, k - 1, n - k), f * stats.f.ppf(0.975, n - k, k - 1))]
    for visits in range(1, 7):
        yield "visits", str(visits), *[visits * r / (1 + (visits - 1) * r) for r in one], people(u, person)


def intraclass(u, person):
    """ICC(1) of schools by one-way analysis of variance, with Searle's interval."""
    groups = [g.value.to_numpy(float) for _, g in u.groupby("school_id")]
    k, n = len(groups), len(u)
    within = sum(((g - g.mean()) ** 2).sum() for g in groups)
    if k < 2 or n == k or within < 1e-12:
        return None
    between = sum(len(g) * (g.mean() - u.value.mean()) ** 2 for g in groups)
    size = (n - sum(len(g) ** 2 for g in groups) / n) / (k - 1)
    f = between / (k - 1) / (within / (n - k))
    shares = [(x - 1) / (x + size - 1) for x in (f, f / stats.f.ppf(0.975, k - 1, n - k), f * stats.f.ppf(0.975, n - k, k - 1))]
    return *np.clip(shares, 0, 1), people(u, person)


def standardized(u, treated, others):
    w = u.weight.astype(float) if "weight" in u else pd.Series(1.0, index=u.index)
    both = treated | others
    average = lambda x, rows: (x * w)[rows].sum() / w[rows].sum()
    base = u.baseline.astype(float)
    sd = np.sqrt(average(base**2, both) - average(base, both) ** 2)
    return (average(u.value, treated) - average(u.value, others)) / sd, w


def cost_per_gain(u, person):
    d = u.treated.astype(bool)
    if not d.any() or d.all():
        return None
    effect, w = standardized(u, d, ~d)
    if effect <= 0:
        return None
    n = min(u[d][person].nunique(), u[~d][person].nunique())
    return u.cost[d].sum() / w[d].sum() / (10 * effect), None, None, n


def break_even(u, person):
    rows = {role: u.role == role for role in ("program", "other", "comparison")}
    if not all(r.any() for r in rows.values()):
        return None
    effect, _ = standardized(u, rows["other"], rows["comparison"])
    if effect <= 0:
        return None
    n = min(u[r][person].nunique() for r in rows.values())
    return effect * u.cost[rows["program"]].mean() / u.cost[rows["other"]].mean(), None, None, n


# ---- unit rows of each metric

def cross_kinds(t, kinds):
    return t.merge(pd.DataFrame({"program_kind": kinds}), how="cross")


def uptake():
    t = cross_kinds(TY, PROGRAM.program_kind.unique())
    took = P[["teacher_key", "year", "program_kind"]].drop_duplicates().assign(numerator=1)
    return t.merge(took, on=["teacher_key", "year", "program_kind"], how="left").fillna({"numerator": 0})


def gap(u, column, without, having):
    return u[u[column].isin([without, having])].assign(treated=u[column] == without)


def against_workshop(u, kind, column="mix"):
    return u[u[column].isin([kind, "workshop"])].assign(treated=u[column] == kind)


def beside_workshops(u):
    """Each kind or combination with all workshops beside it."""
    return pd.concat([u[u.mix.isin([m, "workshop"])].assign(category=m, treated=u.mix == m, breakdown="programs taken") for m in u.mix.unique() if m != "workshop"])


def enrolled():
    m = with_teacher(read("micro_credential"), "enrolled_on")
    return TY.merge(m[["teacher_key", "year"]].drop_duplicates().assign(numerator=1), on=["teacher_key", "year"], how="left").fillna({"numerator": 0})


def spending(**more):
    return pd.DataFrame({**COST[["district_id", "session_id", "program_kind", "program_id", "year"]], "breakdown": "ingredient", "category": COST.ingredient, "value": COST.amount, **more})


def stacked(money, units, **more):
    a = money.assign(numerator=money.numerator, denominator=money.get("denominator", 0), teacher_key=None, school_id=None)
    return pd.concat([a, units.assign(numerator=0, **({"denominator": 1} | more))])


def present_value():
    return pd.concat([spending(value=COST.amount / (1 + r / 100) ** (COST.year - COST.year.min()), breakdown="discount rate", category=f"{r} %") for r in (0, 3, 5, 7)])


def sensitivity():
    ranges = {"personnel": (0.75, 1.25), "facilities": (0.5, 1.5), "substitutes": (0.9, 1.1), "travel": (0.9, 1.1), "platform": (0.95, 1.05), "materials": (0.9, 1.1)}
    taken = COST.merge(P[["district_id", "year", "program_id"]].drop_duplicates(), on=["district_id", "year", "program_id"])
    rows = []
    for scenario in ["base", "all low", "all high", *[f"{i} {side}" for i in ranges for side in ("low", "high")]]:
        what, _, side = scenario.partition(" ")
        factor = taken.ingredient.map(lambda i: ranges[i][side == "high"] if what in ("all", i) else 1.0)
        both = dict(breakdown="scenario", category=scenario)
        rows.append(stacked(taken.assign(numerator=taken.amount * factor, **both), P.assign(**both)))
    return pd.concat(rows)


def beside_workshops_by_kind():
    g = G.merge(TEACHER_COST, on=["teacher_key", "year"], how="left").fillna({"cost": 0})
    kinds = [k for k in PROGRAM.program_kind.unique() if k != "workshop"]
    both = pd.concat([g[g.mix.isin([k, "workshop"])].assign(program_kind=k, treated=g.mix == k) for k in kinds])
    return both.assign(value=both.spring - both.fall, baseline=both.fall)


def pairs():
    g = beside_workshops_by_kind()
    taken = g[g.treated].program_kind.unique()
    rows = []
    for a in taken:
        for b in taken:
            if a != b:
                own, other = g[(g.program_kind == a) & g.treated], g[g.program_kind == b]
                u = pd.concat([own.assign(role="program"), other.assign(role=np.where(other.treated, "other", "comparison"))])
                rows.append(u.assign(program_kind=a, breakdown="as cost-effective as", category=b))
    return pd.concat(rows)


def useful():
    c = with_teacher(read("coaching_session"), "held_at")
    c = c[c.usefulness_rating.notna()]
    return c.assign(breakdown="coach: session", category=c.coach_type + ": " + c.kind, numerator=c.usefulness_rating >= 4)


def skill_levels():
    s = with_teacher(read("skill_assessment"), "assessed_on")
    level = s[s.benchmark_level.notna()].groupby([*T], dropna=False).benchmark_level.mean().rename("level").reset_index()
    level = level.merge(MIX[["teacher_key", "year", "personalized"]], on=["teacher_key", "year"], how="left")
    return level.assign(breakdown="skill level", category=np.select([level.level < 2.5, level.level < 3.5], ["low", "middle"], "high"), numerator=level.personalized.fillna(False).astype(bool))


def trust_change():
    events = read("data_sharing_event")
    events = events[(events.audience == "evaluators") & (events.change == "granted")][["school_id", "occurred_on"]]
    s = S.merge(events, on="school_id", how="left")
    return s.assign(treated=(s.answered_on >= s.occurred_on.fillna("9999")), numerator=s.trust)


def sessions_of_coached():
    h = SESSIONS[SESSIONS.coach_type == "human"][["teacher_key", "year", "sessions"]]
    g = G[G.mix == "human_coaching"].merge(h, on=["teacher_key", "year"])
    return g.assign(breakdown="coaching sessions", value=g.gain, x=g.sessions, category=np.select([g.sessions <= 2, g.sessions <= 5, g.sessions <= 8], ["1-2", "3-5", "6-8"], "9+"))


def workshops():
    g = G[(G.mix == "workshop") & G.only.notna()].join(PROGRAM[["designed_weeks", "skills_targeted"]], on="program_id")
    w = g.designed_weeks
    return g.assign(breakdown="designed weeks", value=g.gain, x=w, category=np.select([w < 1, w < 8, w < 16], ["one-off", "1-7", "8-15"], "16+"))


def last_seen():
    p = read("practice_change")
    return pd.to_datetime(max(p.learned_on.max(), p.first_applied_on.dropna().max()))


def applied():
    s = STRATEGY
    return s.assign(event=s.days.notna(), days=s.days.fillna((last_seen() - pd.to_datetime(s.learned_on)).dt.days))


def retained():
    s = STRATEGY[STRATEGY.first_applied_on.notna()]
    age = (last_seen() - pd.to_datetime(s.learned_on)).dt.days.clip(upper=91)
    return s.assign(event=(s.kept == 0), days=np.where(s.kept.isna(), age, 91))


def scored():
    f = with_teacher(read("coaching_feedback"), "given_on").rename(columns={"ai_score": "x", "expert_score": "y"})
    return f[f.x.notna() & f.y.notna()]


def consents():
    c = read("research_consent").sort_values("decided_on").groupby("teacher_key").tail(1)
    t = TY[TY.year == 2026].merge(c, on="teacher_key")
    return t.assign(numerator=t.consented & t.withdrawn_on.isna())


def attendance():
    a = read("attendance")
    home = read("enrollment").merge(read("section"), on="section_id").groupby(["student_key", "session_id"]).school_id.min().reset_index()
    a = a.merge(home, on=["student_key", "session_id"])
    return a.assign(district_id=a.school_id.map(read("school").set_index("school_id").district_id), numerator=a.days_present, denominator=a.days_enrolled)


def climate():
    f = read("student_feedback").merge(read("section")[["section_id", "school_id"]], on="section_id")
    f = f[f.respondents >= 10]
    record = read("section_teacher")
    f = f.merge(record[record.is_primary].groupby("section_id").teacher_key.min().reset_index(), on="section_id")
    return f.assign(district_id=f.school_id.map(read("school").set_index("school_id").district_id), breakdown="item", category=f["item"], value=f.mean_score, weight=f.respondents)


def students_beside_workshops(kind):
    if kind:
        kinds = [k for k in PROGRAM.program_kind.unique() if k != "workshop"]
        t = TAUGHT[TAUGHT.mix != "none"]
        both = pd.concat([t[t.mix.isin([k, "workshop"])].assign(program_kind=k, treated=t.mix == k) for k in kinds])
        return both.assign(value=both.gain, baseline=both.prior, weight=both.share)
    u = beside_workshops(TAUGHT)
    return u.assign(numerator=u.gain * u.share, denominator=u.share)


def event_panel():
    """Logarithm of minutes by school and month, in the months in which all have some."""
    month = pd.to_datetime(ENGAGED.started_at).dt.to_period("M")
    wide = ENGAGED.groupby([month, "school_id"]).minutes.sum().unstack().dropna()
    return np.log(wide[(wide > 0).all(axis=1)])


# kinds of access: the one school with the event, its month, and its district
ACCESS = {"evaluators granted": ("A", "2025-01", "D1"), "researchers granted": ("E", "2025-12", "D2")}


def shown():
    """Kinds of access whose effect can be told from the spread of other schools."""
    panel = event_panel()
    return [access for access, (school, _, _) in ACCESS.items() if school in panel and panel.shape[1] > 2]


def changes(access):
    """The period of the event, and the change of each outcome of the school beside that of the others."""
    panel, (school, month, district) = event_panel(), ACCESS[access]
    start = panel.index.get_loc(panel.index[panel.index >= pd.Period(month)][0])
    others = [s for s in panel if s != school]
    n = min(ENGAGED[ENGAGED.school_id == school].teacher_key.nunique(), ENGAGED[ENGAGED.school_id != school].teacher_key.nunique())

    def beside(change):
        """Effect and its interval by the spread of the others, as for two samples with one variance."""
        effect, se = change[school] - change[others].mean(), change[others].std(ddof=1) * np.sqrt(1 + 1 / len(others))
        t = stats.t.ppf(0.975, len(others) - 1)
        return np.expm1([effect, effect - t * se, effect + t * se])

    return panel, start, beside, n, district


def event_study(access):
    panel, start, beside, n, district = changes(access)
    for t in range(1, len(panel)):
        base = start - 1 if t >= start else t - 1
        if -4 <= t - start <= 6:
            yield district, f"months since: {access}", str(t - start), *beside(panel.iloc[t] - panel.iloc[base]), n


def event_after(access, show):
    panel, start, beside, n, district = changes(access)
    effect, low, high = beside(panel.iloc[start:].mean() - panel.iloc[start - 1])
    if show == "alert":
        yield district, "access", access, float(high < 0), np.nan, np.nan, n
    else:
        yield district, "access", access, effect, low, high, n


def content(u):
    return u.assign(numerator=u.low, denominator=u.rated)[u.rated > 0]


def by_delivery():
    e = ENGAGED[ENGAGED.relevance_rating.notna()]
    return e.assign(breakdown="delivery", category=e.delivery, numerator=e.relevance_rating <= 2)


def yes_no(u, what, column):
    return u.assign(breakdown=what, category=np.where(u[column], "yes", "no"))


def changed():
    s = S[S.changed_practice.notna()]
    return yes_no(s.assign(numerator=s.changed_practice.map({True: 1, False: 0, "True": 1, "False": 0})), "took a program with follow-up", "follow_up")


def satisfied():
    p = P[P.answers > 0]
    return p.assign(value=p.satisfied / p.answers, weight=p.answers, numerator=p.satisfied, denominator=p.answers, treated=p.personalized)


def hours():
    return PC.assign(numerator=PC.cost, denominator=PC.hours)


def sustained():
    kept = STRATEGY[STRATEGY.kept == 1].groupby(["teacher_key", "year", "program_id"]).size().rename("denominator").reset_index()
    return PC.merge(kept, on=["teacher_key", "year", "program_id"], how="left").fillna({"denominator": 0}).assign(numerator=PC.cost.values)


def cost_of_changed():
    c = changed()
    return c.assign(denominator=c.numerator).drop(columns="numerator").merge(TEACHER_COST.rename(columns={"cost": "numerator"}), on=["teacher_key", "year"], how="left").fillna({"numerator": 0})


def catalogue(column):
    p = PROGRAM.reset_index().merge(read("district")[["district_id"]], how="cross")
    return p.assign(numerator=p[column])


def credential(condition):
    m = with_teacher(read("micro_credential"), "enrolled_on")
    return m.assign(numerator=condition(m.status))


def price_years():
    c = read("pd_cost")
    district = c.district_id.fillna(c.school_id.map(read("school").set_index("school_id").district_id))
    return pd.DataFrame({"district_id": district, "breakdown": c.currency, "category": c.price_year.astype(str), "value": c.amount})


def coach_costs():
    c = COST[(COST.program_kind == "human_coaching") & (COST.unit == "coach year") & (COST.ingredient == "personnel")]
    return stacked(c.assign(numerator=c.amount, denominator=c.quantity), COACHED, denominator=0)


COACHES = COACHED[["coach_key", "district_id", "session_id"]].drop_duplicates()
HUMAN = COST[COST.program_kind == "human_coaching"]
UNITS = {
    "pd_participation_rate": lambda: TY.merge(MIX[["teacher_key", "year"]].assign(numerator=1), on=["teacher_key", "year"], how="left").fillna({"numerator": 0}),
    "pd_uptake_rate": uptake,
    "prefers_self_paced_rate": lambda: S.assign(numerator=S.prefers_self_paced),
    "prefers_own_schedule_rate": lambda: S.assign(numerator=S.prefers_own_schedule),
    "follow_up_program_share": lambda: catalogue("follow_up"),
    "active_practice_program_share": lambda: catalogue("active_practice"),
    "not_relevant_rate": lambda: content(P),
    "not_relevant_by_delivery_rate": by_delivery,
    "survey_not_relevant_rate": lambda: yes_no(S.assign(numerator=S.relevance <= 2), "took a personalized program", "personalized"),
    "satisfaction_mean": lambda: satisfied().drop(columns=["numerator", "denominator"]),
    "satisfaction_ratio": satisfied,
    "engagement_minutes": lambda: P.assign(value=P.minutes),
    "engagement_ratio": lambda: P.assign(numerator=P.minutes, treated=P.personalized),
    "completion_rate": lambda: P.assign(numerator=P.completed, denominator=P.activities),
    "practice_change_rate": changed,
    "follow_up_practice_ratio": lambda: changed().assign(treated=lambda u: u.follow_up),
    "applied_within_week_rate": lambda: STRATEGY.assign(numerator=STRATEGY.soon),
    "applied_within_week_ratio": lambda: STRATEGY[STRATEGY.personalized | (STRATEGY.program_kind == "workshop")].assign(numerator=STRATEGY.soon, treated=STRATEGY.personalized),
    "retention_rate": lambda: STRATEGY[STRATEGY.kept.notna()].assign(numerator=STRATEGY.kept),
    "retention_ratio": lambda: against_workshop(STRATEGY[STRATEGY.kept.notna()], "micro_learning", "program_kind").assign(numerator=STRATEGY.kept),
    "micro_credential_uptake_rate": enrolled,
    "micro_credential_school_share": lambda: enrolled().groupby(["district_id", "school_id", "session_id"]).numerator.max().reset_index(),
    "micro_credential_completion_rate": lambda: credential(lambda s: ~s.isin(["enrolled", "withdrawn"])),
    "micro_credential_award_rate": lambda: credential(lambda s: s == "awarded"),
    "coach_load": lambda: stacked(COACHES.assign(numerator=0, denominator=1), COACHED).assign(numerator=lambda u: u.teacher_key.notna() * 1, denominator=lambda u: u.teacher_key.isna() * 1),
    "cost_per_coached_teacher": lambda: stacked(HUMAN.assign(numerator=HUMAN.amount), COACHED.drop(columns="coach_key").drop_duplicates()),
    "coach_cost": coach_costs,
    "coaching_sessions_mean": lambda: SESSIONS.assign(breakdown="coach", category=SESSIONS.coach_type, value=SESSIONS.sessions),
    "useful_feedback_rate": useful,
    "pd_spending": spending,
    "pd_spending_by_price_year": price_years,
    "cost_per_teacher": lambda: stacked(COST.assign(numerator=COST.amount), TY),
    "cost_per_teacher_by_kind": lambda: stacked(COST.assign(numerator=COST.amount), cross_kinds(TY, COST.program_kind.unique())),
    "pd_present_value": present_value,
    **{f"{c}_mean": lambda c=c: S.assign(value=S[c]) for c in ("trust", "confidence", "innovation", "collaboration")},
    **{f"{c}_trend": lambda c=c: S.assign(value=S[c], x=S.year) for c in ("trust", "confidence", "innovation", "collaboration")},
    "trust_change": trust_change,
    "research_consent_rate": consents,
    "device_uptake_gap": lambda: gap(uptake(), "device_access", "none", "personal"),
    "broadband_uptake_gap": lambda: gap(uptake(), "broadband_access", "no", "yes"),
    "device_engagement_ratio": lambda: gap(P.assign(numerator=P.minutes), "device_access", "none", "personal"),
    "broadband_engagement_ratio": lambda: gap(P.assign(numerator=P.minutes), "broadband_access", "no", "yes"),
    "self_assessment_gap": lambda: with_teacher(read("skill_assessment"), "assessed_on").assign(breakdown="skill", category=lambda u: u.skill, value=lambda u: u.self_level - u.benchmark_level).dropna(subset="value"),
    "personalized_uptake_by_skill_rate": skill_levels,
    "observation_gain": lambda: G,
    "coached_improvement_ratio": lambda: against_workshop(G, "human_coaching"),
    "observation_gain_difference": lambda: beside_workshops(G),
    "early_career_ai_coaching_gain": lambda: against_workshop(G, "ai_coaching").assign(breakdown="career", category=np.where(against_workshop(G, "ai_coaching").experience_band == "0-3", "early", "later")),
    "ai_gain_by_device": lambda: against_workshop(G, "ai_personalized"),
    "gain_by_coaching_sessions": sessions_of_coached,
    "coaching_dose_slope": sessions_of_coached,
    "gain_by_duration": workshops,
    "workshop_duration_slope": workshops,
    "narrow_focus_difference": lambda: workshops().query("skills_targeted == 1 or skills_targeted >= 5").assign(treated=lambda u: u.skills_targeted == 1),
    "observation_score_mean": lambda: VISIT.assign(value=VISIT.score),
    "observation_visits_mean": lambda: TY.merge(VISIT.groupby(["teacher_key", "year"]).size().rename("value").reset_index(), on=["teacher_key", "year"], how="left").fillna({"value": 0}),
    "observation_minutes_mean": lambda: VISIT.assign(value=VISIT.minutes),
    "observation_growth_rate": lambda: G,
    "effective_rating_rate": lambda: read("evaluation_rating").merge(TY, on=["teacher_key", "session_id"]).assign(numerator=lambda u: u.rating.isin(["effective", "highly_effective"])),
    "visit_reliability": lambda: VISIT[VISIT.part.str[-1] == "F"].assign(value=VISIT.score, period=VISIT.part),
    "student_score_gain": lambda: STUDENT.assign(value=STUDENT.gain),
    "student_score_intraclass": lambda: STUDENT.assign(value=STUDENT.prior),
    "attendance_rate": attendance,
    "class_climate_mean": climate,
    "student_gain_difference": lambda: students_beside_workshops(False),
    "cost_per_student_gain": lambda: students_beside_workshops(True),
    "cost_per_participant": lambda: PC.assign(numerator=PC.cost, denominator=1),
    "cost_per_completed_hour": hours,
    "cost_per_sustained_change": sustained,
    "cost_per_changed_teacher": cost_of_changed,
    "cost_sensitivity": sensitivity,
    "cost_per_observation_gain": beside_workshops_by_kind,
    "break_even_effect": pairs,
    "ai_human_correlation": scored,
    "ai_human_icc": scored,
    "ai_human_kappa": scored,
    "applied_by_day": applied,
    "retained_by_day": retained,
}
EVENTS = {
    "engagement_event_study": event_study, "engagement_after_access": lambda a: event_after(a, "overall"), "engagement_alert": lambda a: event_after(a, "alert"),
    "engagement_pretrend": lambda a: [],  # four schools are too few for the test; pretrend() has a district of its own
}


# ---- from metric.yaml to expected.csv

def definition(folder):
    text = (folder / "metric.yaml").read_text()
    field = lambda name: (re.search(rf"^\s*{name}: (.*)$", text, re.M) or [None, None])[1]
    lists = [[c.strip() for c in m.split(",")] for m in re.findall(r"^  - \[(.*)\]$", text, re.M)]
    words = {"district": "district_id", "school": "school_id", "session": "session_id", "program": "program_id"}
    options = {k: field(k) for k in ("as", "interval", "of", "show", "at")}
    person = field("person")
    return re.search(r"^method:\n  name: (.*)$", text, re.M)[1], options, None if person == "none" else person + "_key", [[words.get(c, c) for c in l] for l in lists]


def figures(u, method, options, person):
    """(breakdown, category, value, low, high, people), with empty breakdown for the cell's own."""
    one = {
        "rate": lambda: rate(u, person), "mean": lambda: mean(u, person), "ratio": lambda: ratio(u, person, options["interval"] != "none"),
        "trend": lambda: trend(u, person), "intraclass": lambda: intraclass(u, person), "contrast": lambda: contrast(u, person, options["as"]),
        "total": lambda: (u.value.sum(), np.nan, np.nan, people(u, person)),
        "cost_ratio": lambda: (u.numerator.sum() / u.denominator.sum(), None, None, people(u, person)) if u.denominator.sum() > 0 else None,
        "cost_per_gain": lambda: cost_per_gain(u, person), "break_even": lambda: break_even(u, person),
        "agreement": lambda: (*jackknife(u, person, {"pearson": correlation, "icc": icc, "kappa": kappa}[options["of"]], np.arctanh, np.tanh), people(u, person)),
    }
    if method in one:
        f = one[method]()
        return [] if f is None else [("", "", *f)]
    if method == "survival":
        return product_limit(u, person, [int(d) for d in options["at"].split()], options["show"] or "event")
    return reliability(u, person)


def expected(identifier):
    if identifier in EVENTS:
        return [{"district_id": d, "breakdown": b, "category": c, "value": v, "ci_low": lo, "ci_high": hi, "n": n}
                for access in shown() for d, b, c, v, lo, hi, n in EVENTS[identifier](access)]
    method, options, person, lists = definition(CATALOG / identifier)
    units, rows = UNITS[identifier](), []
    for dimensions in lists:
        by = [c for d in dimensions for c in (["breakdown", "category"] if d == "breakdown" else [d])]
        for key, u in units.groupby(by, dropna=True):
            for breakdown, category, value, low, high, n in figures(u, method, options, person):
                own = {"breakdown": breakdown, "category": category} if breakdown else {}
                rows.append(dict(zip(by, key)) | own | {"value": value, "ci_low": low, "ci_high": high, "n": n})
    return rows


def tables(folder):
    """Writes what each metric says to a folder, one file a metric."""
    folder.mkdir(exist_ok=True)
    for identifier in [*UNITS, *EVENTS]:
        table = pd.DataFrame(expected(identifier)).reindex(columns=[*COLUMNS, "value", "ci_low", "ci_high", "n"])
        for limit in ("ci_low", "ci_high"):
            table[limit] = ["any" if v is None else "" if pd.isna(v) else f"{v:.9g}" for v in table[limit].astype(object)]
        table["value"] = [f"{v:.9g}" for v in table.value]
        table = table.sort_values(COLUMNS).reset_index(drop=True)
        table.to_csv(folder / f"{identifier}.csv", index=False, lineterminator="\n")


# ---- a few people of the district, for the tests in the metrics' folders

TEACHERS = ["t02", "t06", "t07", "t08", "t09", "t19", "t22", "t23", "t26"]
SCHOOLS = ["A", "C"]
STUDENTS_A_SECTION = 3


def part(folder):
    """Writes the rows about the few people, and about the program of their district."""
    whole = {f.stem: pd.read_csv(f, dtype=str) for f in sorted((HERE / "district").glob("*.csv"))}
    section = whole["section"]
    taught = whole["section_teacher"][whole["section_teacher"].teacher_key.isin(TEACHERS)].section_id
    sections = section[section.section_id.isin(taught) & section.school_id.isin(SCHOOLS)].section_id
    enrolled = whole["enrollment"][whole["enrollment"].section_id.isin(sections)]
    few = enrolled.groupby("section_id").head(STUDENTS_A_SECTION)
    visits = whole["observation"][whole["observation"].teacher_key.isin(TEACHERS)].observation_id
    keep = {"teacher_key": TEACHERS, "school_id": SCHOOLS, "district_id": ["D1"], "section_id": set(sections), "student_key": set(few.student_key), "observation_id": set(visits)}
    for name, rows in whole.items():
        for column, known in keep.items():
            if column in rows:
                rows = rows[rows[column].isin(known) | rows[column].isna()]
        rows.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def used(identifier):
    """The datasets that a metric is made from, as docs/metrics.md says."""
    text = (HERE.parents[1] / "docs" / "metrics.md").read_text()
    section = text[text.index(f"\n### {identifier}\n"):]
    return re.findall(r"`(\w+)`", re.search(r"^\| made from \| (.*) \|$", section, re.M)[1])


def write_test(identifier, district, table):
    folder = CATALOG / identifier / "test"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.csv"):
        old.unlink()
    idle = [c for c in COLUMNS if table[c].isna().all()]
    table.drop(columns=idle).to_csv(folder / "expected.csv", index=False, lineterminator="\n")
    for name in used(identifier):
        if (file := district / f"{name}.csv").exists():
            rows = pd.read_csv(file, dtype=str).dropna(axis=1, how="all")
            if len(rows):
                rows.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


# minutes of the one teacher of each school from September to January; evaluators get access to A and B in December
MONTHS = ["2025-09", "2025-10", "2025-11", "2025-12", "2026-01"]
MINUTES = {"A": [90, 80, 70, 30, 20], "B": [60, 75, 66, 40, 35], "C": [50, 55, 45, 60, 52], "D": [80, 70, 75, 72, 66], "E": [40, 52, 48, 50, 41], "F": [70, 64, 72, 80, 75]}


def pretrend(folder):
    """Hotelling's two-sample test of the changes from month to month before December, and the rows behind it."""
    changes = {school: np.diff(np.log(minutes[:3])) for school, minutes in MINUTES.items()}
    with_event, others = (np.array([changes[s] for s in schools]) for schools in ("AB", "CDEF"))
    between = with_event.mean(axis=0) - others.mean(axis=0)
    centered = np.concatenate([with_event - with_event.mean(axis=0), others - others.mean(axis=0)])
    df, q = len(centered) - 2, 2
    t2 = between @ np.linalg.solve(centered.T @ centered / df, between) / (1 / 2 + 1 / 4)
    p = stats.f.sf(t2 * (df - q + 1) / (df * q), q, df - q + 1)
    pd.DataFrame({"school_id": list(MINUTES), "district_id": "D1"}).to_csv(folder / "school.csv", index=False)
    teacher = {"teacher_key": [f"t{s}" for s in MINUTES], "school_id": list(MINUTES), "role": "teacher", "effective_from": "2025-08-01"}
    pd.DataFrame(teacher).to_csv(folder / "teacher.csv", index=False)
    year = {"session_id": ["SY2026"], "type": ["schoolYear"], "start_date": ["2025-08-15"], "end_date": ["2026-06-15"], "school_year": [2026]}
    pd.DataFrame(year).to_csv(folder / "academic_session.csv", index=False)
    event = {"event_id": ["v1", "v2"], "school_id": ["A", "B"], "occurred_on": ["2025-12-01", "2025-12-08"], "audience": "evaluators", "change": "granted"}
    pd.DataFrame(event).to_csv(folder / "data_sharing_event.csv", index=False)
    rows = [(f"e{s}{i}", f"t{s}", f"{month}-20 15:00:00", m) for s, minutes in MINUTES.items() for i, (month, m) in enumerate(zip(MONTHS, minutes), 1)]
    pd.DataFrame(rows, columns=["engagement_id", "teacher_key", "started_at", "minutes"]).to_csv(folder / "pd_engagement.csv", index=False)
    row = {"district_id": ["D1"], "breakdown": ["access"], "category": ["evaluators granted"], "value": [f"{p:.9g}"], "ci_low": "", "ci_high": "", "n": [2]}
    pd.DataFrame(row).to_csv(folder / "expected.csv", index=False)


def main():
    if len(sys.argv) > 1:
        return tables(pathlib.Path(sys.argv[1]))
    tables(HERE / "expected")
    with tempfile.TemporaryDirectory() as scratch:
        few, said = pathlib.Path(scratch) / "district", pathlib.Path(scratch) / "expected"
        few.mkdir()
        part(few)
        subprocess.run([sys.executable, __file__, str(said)], check=True, env=os.environ | {"DISTRICT": str(few)})
        for identifier in [*UNITS, *EVENTS]:
            district, table = few, pd.read_csv(said / f"{identifier}.csv", dtype=str)
            if table.empty:  # what takes more people than a few
                district, table = HERE / "district", pd.read_csv(HERE / "expected" / f"{identifier}.csv", dtype=str)
            write_test(identifier, district, table)
    pretrend(CATALOG / "engagement_pretrend" / "test")


if __name__ == "__main__":
    main()

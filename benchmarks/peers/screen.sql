-- The job as exact DuckDB SQL by hand: a CTE for each layer, whole 分, cross-multiplied.
-- {file}: the Parquet file. y0, y1, y2: 2023, 2024, 2025; applied for on 2026-06-30.
with years as (
  select name, established_on, ip_class1, ip_class2,
    "tech_staff@2025" as tech_staff, "staff@2025" as staff,
    "ht_income@2025" as ht_income, "total_income@2025" as total_income,
    "rd_expense@2023" as x0, "rd_expense@2024" as x1, "rd_expense@2025" as x2,
    "rd_domestic@2023" as i0, "rd_domestic@2024" as i1, "rd_domestic@2025" as i2,
    "sales@2023" as q0, "sales@2024" as q1, "sales@2025" as q2,
    "net_assets@2023" as n0, "net_assets@2024" as n1, "net_assets@2025" as n2,
    coalesce(established_on < date '2024-01-01', true) as op0,
    coalesce(established_on < date '2025-01-01', true) as op1,
    coalesce(established_on < date '2026-01-01', true) as op2,
    op0 and not coalesce(i0 > x0, false) as sane0,
    op1 and not coalesce(i1 > x1, false) as sane1,
    op2 and not coalesce(i2 > x2, false) as sane2
  from read_parquet('{file}')
),
sums as (
  select *,
    -- the least of the R&D of the years, and whether that is all there is
    (case when sane0 then coalesce(x0, i0, 0) else 0 end)
      + (case when sane1 then coalesce(x1, i1, 0) else 0 end)
      + (case when sane2 then coalesce(x2, i2, 0) else 0 end) as r,
    (not op0 or (sane0 and x0 is not null)) and (not op1 or (sane1 and x1 is not null))
      and (not op2 or (sane2 and x2 is not null)) as r_known,
    (case when sane0 then coalesce(i0, 0) else 0 end)
      + (case when sane1 then coalesce(i1, 0) else 0 end)
      + (case when sane2 then coalesce(i2, 0) else 0 end) as d,
    (case when sane0 then coalesce(i0, x0) when not op0 then 0 end)
      + (case when sane1 then coalesce(i1, x1) when not op1 then 0 end)
      + (case when sane2 then coalesce(i2, x2) when not op2 then 0 end) as d_most,
    (case when op0 then coalesce(q0, 0) else 0 end)
      + (case when op1 then coalesce(q1, 0) else 0 end) as earlier,
    case when op2 then coalesce(q2, 0) else 0 end as last,
    not op2 or q2 is not null as last_known,
    (not op0 or q0 is not null) and (not op1 or q1 is not null) and last_known as s_known,
    case when last <= 5000000000 then 5 when last <= 20000000000 then 4 else 3 end as tier,
    case when op2 and staff > 0 and tech_staff <= staff then staff - tech_staff * 10 end as c4_need,
    case when op2 and total_income > 0 then total_income * 3 - ht_income * 5 end as c6_need,
    -- top ÷ below is 2 × (1 + growth); only net assets can be negative
    case when op0 and q0 <> 0 then q1::hugeint * q1 + q0::hugeint * q2 else q2::hugeint * 2 end
      * 50 as sales_top,
    case when op0 and q0 <> 0 then q0::hugeint * q1 else q1::hugeint end as sales_below,
    case when op0 and n0 <> 0 then n1::hugeint * n1 + n0::hugeint * n2 else n2::hugeint * 2 end
      * 50 as a_top,
    case when op0 and n0 <> 0 then n0::hugeint * n1 else n1::hugeint end as a_below
  from years
),
needs as (
  select *,
    (earlier + last) * tier - r * 100 as c5a_need,
    r * 3 - d * 5 as c5b_need,
    -- last year's sales not known: the least that each tier asks, if there were any before
    case when last_known then (earlier + last) * tier
      when earlier > 0 then least(
        earlier * 5, (earlier + 5000000001) * 4, (earlier + 20000000001) * 3) end as c5a_bar,
    case when a_below < 0 then -a_top else a_top end as assets_top,
    case when a_below < 0 then -a_below else a_below end as assets_below
  from sums
),
points as (
  select *,
    case when s_known and earlier + last > 0 and c5a_need <= 0 then true
      when r_known and r * 100 < c5a_bar then false end as c5a,
    case when r_known and r > 0 and c5b_need <= 0 then true
      when r > 0 and d_most * 5 < r * 3 then false end as c5b,
    case when q1 = 0 then 0
      when sales_top >= sales_below * 115 then
        case when sales_top >= sales_below * 135 then 9
          when sales_top >= sales_below * 125 then 7 else 5 end
      when sales_top >= sales_below * 105 then 3
      when sales_top > sales_below * 100 then 1 else 0 end as sales_points,
    case when n1 = 0 then 0
      when assets_top >= assets_below * 115 then
        case when assets_top >= assets_below * 135 then 9
          when assets_top >= assets_below * 125 then 7 else 5 end
      when assets_top >= assets_below * 105 then 3
      when assets_top > assets_below * 100 then 1 else 0 end as assets_points
  from needs
),
scores as (
  select *,
    case when not op1 then 0 when not s_known then 0 else sales_points end as sales_lo,
    case when not op1 then 0 when not s_known then 10
      when sales_points > 0 then sales_points + 1 else 0 end as sales_hi,
    (not op0 or n0 is not null) and n1 is not null and n2 is not null as n_known,
    case when not op1 or not n_known or (op0 and n0 < 0) or n1 < 0 or n2 < 0 then 0
      else assets_points end as assets_lo,
    case when not op1 then 0 when not n_known then 10
      when assets_points > 0 then assets_points + 1 else 0 end as assets_hi
  from points
)
select name,
  date '2026-06-30' - established_on >= 365 as c1,
  case when coalesce(ip_class1, 0) + coalesce(ip_class2, 0) >= 1 then true
    when ip_class1 is not null and ip_class2 is not null then false end as ip,
  c4_need <= 0 as c4, c5a, c5b, c6_need <= 0 as c6,
  c1 and ip and c4 and c5a and c5b and c6 as hard,
  sales_lo + assets_lo as growth_lo, sales_hi + assets_hi as growth_hi,
  -- greatest() leaves nulls out: where nothing is known it would say 0
  case when established_on is not null
    then greatest(365 - (date '2026-06-30' - established_on), 0) end as c1_gap,
  case when c4_need is not null then greatest(c4_need, 0) end as c4_gap,
  case when c5a then 0 when s_known and r_known and earlier + last > 0 then c5a_need end as c5a_gap,
  case when c5b then 0 when r_known and r > 0 and d = d_most then c5b_need end as c5b_gap,
  case when c6_need is not null then greatest(c6_need, 0) end as c6_gap
from scores

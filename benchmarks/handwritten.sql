-- HNTE-C1, C4, C5b, C6 and their gaps, exact, as somebody would write them for PostgreSQL;
-- {table} and {age} are filled in by handwritten.py, which also says it to Spark.
WITH a AS (SELECT name, {age} AS age,
  COALESCE(established_on <= DATE '2025-12-31', TRUE) AS op25, COALESCE(established_on <= DATE '2024-12-31', TRUE) AS op24, COALESCE(established_on <= DATE '2023-12-31', TRUE) AS op23,
  CASE WHEN "tech_staff@2025" > "staff@2025" THEN NULL ELSE "tech_staff@2025" END AS tech,
  CASE WHEN "tech_staff@2025" > "staff@2025" THEN NULL ELSE "staff@2025" END AS staff,
  CASE WHEN "ht_income@2025" > "total_income@2025" THEN NULL ELSE "ht_income@2025" END AS ht,
  CASE WHEN "ht_income@2025" > "total_income@2025" THEN NULL ELSE "total_income@2025" END AS ti,
  CASE WHEN "rd_domestic@2025" > "rd_expense@2025" THEN NULL ELSE "rd_domestic@2025" END AS d25,
  CASE WHEN "rd_domestic@2025" > "rd_expense@2025" THEN NULL ELSE "rd_expense@2025" END AS e25,
  CASE WHEN "rd_domestic@2024" > "rd_expense@2024" THEN NULL ELSE "rd_domestic@2024" END AS d24,
  CASE WHEN "rd_domestic@2024" > "rd_expense@2024" THEN NULL ELSE "rd_expense@2024" END AS e24,
  CASE WHEN "rd_domestic@2023" > "rd_expense@2023" THEN NULL ELSE "rd_domestic@2023" END AS d23,
  CASE WHEN "rd_domestic@2023" > "rd_expense@2023" THEN NULL ELSE "rd_expense@2023" END AS e23
  FROM {table} OFFSET 0),
b AS (SELECT name, age,
  CASE WHEN op25 THEN COALESCE(tech,0) ELSE 0 END AS t_lo, CASE WHEN op25 THEN COALESCE(tech,staff) ELSE 0 END AS t_hi,
  CASE WHEN op25 THEN COALESCE(staff,tech,0) ELSE 0 END AS s_lo, CASE WHEN op25 THEN staff ELSE 0 END AS s_hi,
  CASE WHEN op25 THEN COALESCE(ht,0) ELSE 0 END AS h_lo, CASE WHEN op25 THEN COALESCE(ht,ti) ELSE 0 END AS h_hi,
  CASE WHEN op25 THEN COALESCE(ti,ht,0) ELSE 0 END AS i_lo, CASE WHEN op25 THEN ti ELSE 0 END AS i_hi,
  CASE WHEN op25 THEN COALESCE(d25,0) ELSE 0 END + CASE WHEN op24 THEN COALESCE(d24,0) ELSE 0 END + CASE WHEN op23 THEN COALESCE(d23,0) ELSE 0 END AS d_lo,
  CASE WHEN op25 THEN COALESCE(d25,e25) ELSE 0 END + CASE WHEN op24 THEN COALESCE(d24,e24) ELSE 0 END + CASE WHEN op23 THEN COALESCE(d23,e23) ELSE 0 END AS d_hi,
  CASE WHEN op25 THEN COALESCE(e25,d25,0) ELSE 0 END + CASE WHEN op24 THEN COALESCE(e24,d24,0) ELSE 0 END + CASE WHEN op23 THEN COALESCE(e23,d23,0) ELSE 0 END AS e_lo,
  CASE WHEN op25 THEN e25 ELSE 0 END + CASE WHEN op24 THEN e24 ELSE 0 END + CASE WHEN op23 THEN e23 ELSE 0 END AS e_hi
  FROM a OFFSET 0),
c AS (SELECT *,
  CASE WHEN t_lo*10 >= s_hi AND s_lo > 0 THEN 'pass' WHEN t_hi*10 < s_lo AND s_lo > 0 THEN 'fail' ELSE 'unknown' END AS c4,
  CASE WHEN d_lo*5 >= e_hi*3 AND e_lo > 0 THEN 'pass' WHEN d_hi*5 < e_lo*3 AND e_lo > 0 THEN 'fail' ELSE 'unknown' END AS c5b,
  CASE WHEN h_lo*5 >= i_hi*3 AND i_lo > 0 THEN 'pass' WHEN h_hi*5 < i_lo*3 AND i_lo > 0 THEN 'fail' ELSE 'unknown' END AS c6
  FROM b OFFSET 0)
SELECT name AS identity,
  CASE WHEN age >= 365 THEN 'pass' WHEN age < 365 THEN 'fail' ELSE 'unknown' END AS "HNTE-C1_truth",
  CASE WHEN age IS NOT NULL THEN GREATEST(365-age,0) END::float8 AS "HNTE-C1_gap",
  c4 AS "HNTE-C4_truth",
  CASE WHEN c4='pass' THEN 0 WHEN s_hi<=0 THEN NULL WHEN s_lo=s_hi AND t_lo=t_hi THEN GREATEST(s_hi*0.1-t_lo,0) WHEN s_hi IS NOT NULL AND GREATEST(s_lo*0.1-t_hi,0)=GREATEST(s_hi*0.1-t_lo,0) THEN GREATEST(s_hi*0.1-t_lo,0) END::float8 AS "HNTE-C4_gap",
  c5b AS "HNTE-C5b_truth",
  CASE WHEN c5b='pass' THEN 0 WHEN e_hi<=0 THEN NULL WHEN e_hi IS NOT NULL AND GREATEST(e_lo*0.6-d_hi,0)=GREATEST(e_hi*0.6-d_lo,0) THEN GREATEST(e_hi*0.6-d_lo,0) END::float8 AS "HNTE-C5b_gap",
  c6 AS "HNTE-C6_truth",
  CASE WHEN c6='pass' THEN 0 WHEN i_hi<=0 THEN NULL WHEN i_hi IS NOT NULL AND GREATEST(i_lo*0.6-h_hi,0)=GREATEST(i_hi*0.6-h_lo,0) THEN GREATEST(i_hi*0.6-h_lo,0) END::float8 AS "HNTE-C6_gap"
FROM c

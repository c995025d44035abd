-- Compares every entry of a company's ledger with what it was written for: payments, refunds, estimates with their
-- lines, signed acts, canceled orders. One row: the sums, and every difference.
WITH priced AS (
    SELECT estimate.order_id, estimate.id, estimate.status, line.part,
           sum(line.total_kop) - CASE line.part WHEN 'work' THEN estimate.included_kop ELSE 0 END AS amount_kop
      FROM estimate
      JOIN estimate_line AS line ON line.company_id = estimate.company_id AND line.estimate_id = estimate.id
                                AND line.revision = estimate.revision
     WHERE estimate.company_id = :company_id AND estimate.status IN ('agreed', 'superseded', 'canceled')
     GROUP BY estimate.order_id, estimate.id, estimate.status, estimate.included_kop, line.part
), included AS (
    SELECT order_id, id, status, -included_kop AS amount_kop FROM estimate
     WHERE company_id = :company_id AND status IN ('agreed', 'superseded', 'canceled') AND included_kop <> 0
       AND NOT EXISTS (SELECT FROM estimate_line AS line
                        WHERE line.company_id = estimate.company_id AND line.estimate_id = estimate.id
                          AND line.revision = estimate.revision AND line.part = 'work')
), contract AS (
    SELECT order_id, id, status, part, amount_kop FROM priced
    UNION ALL
    SELECT order_id, id, status, 'work', amount_kop FROM included
), signed AS (
    SELECT order_id, id, total_kop, COALESCE((content ->> 'beyond_kop')::bigint, total_kop) AS beyond_kop
      FROM act WHERE company_id = :company_id AND status = 'signed'
), expected AS (
    SELECT order_id, 'payment' AS kind, id AS source_id, pays_for AS part, -amount_kop AS amount_kop
      FROM payment WHERE company_id = :company_id AND kind <> 'refund'
    UNION ALL
    SELECT order_id, 'refund', id, '', amount_kop FROM payment WHERE company_id = :company_id AND kind = 'refund'
    UNION ALL
    SELECT order_id, 'act', id, 'work', beyond_kop FROM signed
    UNION ALL
    SELECT order_id, 'contract', id, part, amount_kop FROM contract
    UNION ALL
    SELECT order_id, 'superseded', id, part, -amount_kop FROM contract WHERE status = 'superseded'
    UNION ALL
    SELECT order_id, 'canceled', order_id, part, -amount_kop FROM contract WHERE status = 'canceled'
    UNION ALL
    SELECT order_id, 'canceled', order_id, 'work', total_kop - beyond_kop FROM signed
     WHERE EXISTS (SELECT FROM contract WHERE contract.order_id = signed.order_id AND status = 'canceled')
), found AS (
    SELECT order_id, kind, source_id, CASE kind WHEN 'refund' THEN '' ELSE part END AS part, amount_kop
      FROM ledger_entry WHERE company_id = :company_id
), compared AS (
    SELECT order_id, kind, source_id, part,
           COALESCE(sum(expected_kop), 0)::bigint AS expected_kop, COALESCE(sum(found_kop), 0)::bigint AS found_kop
      FROM (SELECT order_id, kind, source_id, part, amount_kop AS expected_kop, NULL AS found_kop FROM expected
            UNION ALL
            SELECT order_id, kind, source_id, part, NULL, amount_kop FROM found) AS both_sides
     GROUP BY order_id, kind, source_id, part
), differences AS (
    SELECT compared.*, client_order.number AS order_number
      FROM compared
      LEFT JOIN client_order ON client_order.company_id = :company_id AND client_order.id = compared.order_id
     WHERE expected_kop <> found_kop
     ORDER BY client_order.number, kind
)
SELECT count(*) AS entries, count(DISTINCT order_id) AS orders,
       COALESCE(sum(found_kop) FILTER (WHERE kind NOT IN ('payment', 'refund')), 0)::bigint AS charged_kop,
       COALESCE(-sum(found_kop) FILTER (WHERE kind = 'payment'), 0)::bigint AS paid_kop,
       COALESCE(sum(found_kop) FILTER (WHERE kind = 'refund'), 0)::bigint AS refunded_kop,
       COALESCE(sum(expected_kop), 0)::bigint AS expected_balance_kop,
       COALESCE(sum(found_kop), 0)::bigint AS balance_kop,
       (SELECT count(*) FROM differences) AS differing,
       (SELECT jsonb_agg(jsonb_build_object(
                   'order_id', order_id, 'order_number', order_number, 'kind', kind, 'source_id', source_id,
                   'part', part, 'expected_kop', expected_kop, 'found_kop', found_kop))
          FROM (SELECT * FROM differences LIMIT 100) AS first_ones) AS differences
  FROM compared

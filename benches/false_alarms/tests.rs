// One row a rule that tests something against chance.
const TESTS: &[Tests] = &[
    Tests {
        rule: "weight-mismatch",
        per: "trip with both masses",
        sql: "SELECT COUNT(*) AS n FROM shipments WHERE received_net_kg IS NOT NULL AND net_kg IS NOT NULL AND plate IS NOT NULL",
        alarm: Alarm::Row,
        limbs: 1,
        exact: true,
    },
    Tests {
        rule: "receipt-without-dispatch",
        per: "origin and month with receipts",
        sql: "SELECT COUNT(*) AS n FROM (SELECT DISTINCT origin, month FROM shipments WHERE unloaded_at IS NOT NULL AND received_net_kg IS NOT NULL) AS m",
        alarm: Alarm::Finding,
        limbs: 1,
        exact: false,
    },
    Tests {
        rule: "dispatch-without-receipt",
        per: "origin, destination and month",
        sql: "SELECT COUNT(*) AS n FROM (SELECT DISTINCT origin, destination, month FROM shipments) AS m",
        alarm: Alarm::Finding,
        limbs: 1,
        exact: false,
    },
    Tests {
        rule: "grade-steered",
        per: "seller, buyer, product and month with contracts",
        sql: "SELECT COUNT(*) AS n FROM (SELECT DISTINCT seller, buyer, product, month FROM sales WHERE li2o_ppm IS NOT NULL) AS m",
        alarm: Alarm::Finding,
        limbs: 1,
        exact: false,
    },
];

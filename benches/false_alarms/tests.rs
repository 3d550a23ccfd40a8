// One row a rule that tests something against chance.
const TESTS: &[Tests] = &[Tests {
    rule: "weight-mismatch",
    per: "trip with both masses",
    sql: "SELECT COUNT(*) AS n FROM shipments WHERE received_net_kg IS NOT NULL AND net_kg IS NOT NULL AND plate IS NOT NULL",
    alarm: Alarm::Row,
    limbs: 1,
    exact: true,
}];

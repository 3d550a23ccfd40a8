//! Is a boundary read as it was written, whatever way that is?

use super::*;

/// A square of a kilometre in zone 38, as corners.
const SQUARE: &str = "1,3098000.00,38543000.00;2,3098000.00,38544000.00;3,3099000.00,38544000.00;4,3099000.00,38543000.00";

#[track_caller]
fn outside(text: &str, lat: f64, lon: f64) -> i64 {
    Boundary::parse(text).unwrap().area().outside_m(lat, lon)
}

/// Degrees of a point of zone 38.
fn at(northing_m: f64, easting_m: f64) -> (f64, f64) {
    Zone::of_number(38).unwrap().degrees(northing_m, easting_m)
}

fn near(lat: f64, lon: f64) -> Place {
    Place { site: Some((lat, lon)), county: None }
}

/// From the standard series for the length of a degree of latitude and longitude on WGS-84,
/// 111 132.92 - 559.82 cos 2φ + 1.175 cos 4φ and 111 412.84 cos φ - 93.5 cos 3φ + 0.118 cos 5φ.
#[test]
fn a_minute_of_arc_has_its_known_length() {
    let square = "POLYGON((114.5 28.0, 114.6 28.0, 114.6 28.1, 114.5 28.1, 114.5 28.0))";
    let phi = 28.05_f64.to_radians();
    let north = (111_132.92 - 559.82 * (2.0 * phi).cos() + 1.175 * (4.0 * phi).cos()) / 60.0;
    let east = (111_412.84 * phi.cos() - 93.5 * (3.0 * phi).cos() + 0.118 * (5.0 * phi).cos()) / 60.0;
    assert!((outside(square, 28.0 - 1.0 / 60.0, 114.55) as f64 - north).abs() <= 1.5);
    assert!((outside(square, 28.05, 114.5 - 1.0 / 60.0) as f64 - east).abs() <= 1.5);
    assert_eq!(outside(square, 28.05, 114.55), 0);
}

#[test]
fn a_hole_is_outside_and_every_part_counts() {
    let with_hole = "POLYGON((114.5 28.0, 114.6 28.0, 114.6 28.1, 114.5 28.1, 114.5 28.0), (114.54 28.04, 114.56 28.04, 114.56 28.06, 114.54 28.06, 114.54 28.04))";
    assert!(outside(with_hole, 28.05, 114.55) > 900);
    let two = "MULTIPOLYGON(((114.5 28.0, 114.6 28.0, 114.6 28.1, 114.5 28.1, 114.5 28.0)), ((115.5 28.0, 115.6 28.0, 115.6 28.1, 115.5 28.1, 115.5 28.0)))";
    assert_eq!(outside(two, 28.05, 115.55), 0);
    assert!(outside(two, 28.05, 115.0) > 30_000);
}

/// However a licence writes its corners, they are the same area.
#[test]
fn corners_are_read_as_licences_write_them() {
    let expected = Boundary::parse(SQUARE).unwrap();
    let forms = [
        // Without numbers; blanks; the first corner again at the end.
        "3098000,38543000 3098000,38544000 3099000,38544000 3099000,38543000 3098000,38543000",
        "1,3098000.00,38543000.00\n2,3098000.00,38544000.00\n3,3099000.00,38544000.00\n4,3099000.00,38543000.00\n1,3098000.00,38543000.00",
        "X=3098000.00,Y=38543000.00\nX=3098000.00,Y=38544000.00\nX=3099000.00,Y=38544000.00\nX=3099000.00,Y=38543000.00",
        "X=3098000.00\nY=38543000.00\nX=3098000.00\nY=38544000.00\nX=3099000.00\nY=38544000.00\nX=3099000.00\nY=38543000.00",
        // Full-width signs, a title, heights.
        "矿区范围拐点坐标（2000国家大地坐标系）：１，X：3098000.00，Y：38543000.00；２，X：3098000.00，Y：38544000.00；３，X：3099000.00，Y：38544000.00；４，X：3099000.00，Y：38543000.00；开采标高：由+200m至-100m",
        "拐点1（3098000.00，38543000.00），拐点2（3098000.00，38544000.00），拐点3（3099000.00，38544000.00），拐点4（3099000.00，38543000.00），标高+200m至-100m",
        "J1 3098000.00 38543000.00\n\nJ2 3098000.00 38544000.00\n\nJ3 3099000.00 38544000.00\n\nJ4 3099000.00 38543000.00\n\n+200m至-100m",
        // Easting first; the zone in words.
        "38543000.00,3098000.00;38544000.00,3098000.00;38544000.00,3099000.00;38543000.00,3099000.00",
        "CGCS2000坐标系 3度带 中央子午线114° 1,3098000.00,543000.00;2,3098000.00,544000.00;3,3099000.00,544000.00;4,3099000.00,543000.00",
        "38带 1,3098000.00,543000.00;2,3098000.00,544000.00;3,3099000.00,544000.00;4,3099000.00,543000.00;200至-100米",
        // The same in WKT, as software exports it.
        "POLYGON((38543000 3098000, 38544000 3098000, 38544000 3099000, 38543000 3099000, 38543000 3098000))",
        "POLYGON((3098000 38543000, 3098000 38544000, 3099000 38544000, 3099000 38543000, 3098000 38543000))",
    ];
    for text in forms {
        assert_eq!(Boundary::parse(text).as_ref(), Ok(&expected), "{text}");
    }
}

#[test]
fn a_grid_boundary_lies_where_its_metres_say() {
    let area = Boundary::parse(SQUARE).unwrap().area();
    let (lat, lon) = at(3_098_500.0, 543_500.0);
    assert_eq!(area.outside_m(lat, lon), 0);
    for (northing_m, easting_m) in [(3_099_100.5, 543_500.0), (3_097_899.5, 543_500.0), (3_098_500.0, 544_100.5), (3_098_500.0, 542_899.5)]
    {
        let (lat, lon) = at(northing_m, easting_m);
        assert_eq!(area.outside_m(lat, lon), 100);
    }
}

#[test]
fn degrees_with_minutes_and_seconds_are_read_in_either_order() {
    let expected = Boundary::parse("POLYGON((114.5 28.1, 114.6 28.1, 114.6 28.2, 114.5 28.2, 114.5 28.1))").unwrap();
    for text in [
        "1,114°30′00″,28°06′00″;2,114°36′00″,28°06′00″;3,114°36′00″,28°12′00″;4,114°30′00″,28°12′00″",
        "1 28°06′00″ 114°30′00″\n2 28°06′00″ 114°36′00″\n3 28°12′00″ 114°36′00″\n4 28°12′00″ 114°30′00″",
        "东经114度30分0秒，北纬28度6分0秒；东经114度36分0秒，北纬28度6分0秒；东经114度36分0秒，北纬28度12分0秒；东经114度30分0秒，北纬28度12分0秒",
        "114.5000,28.1000;114.6000,28.1000;114.6000,28.2000;114.5000,28.2000",
    ] {
        let found = Boundary::parse(text).unwrap();
        for (a, b) in found.lines().flat_map(|r| &r.0).zip(expected.lines().flat_map(|r| &r.0)) {
            assert!((a.x - b.x).abs() < 1e-12 && (a.y - b.y).abs() < 1e-12, "{text}");
        }
    }
}

#[test]
fn several_rings_are_parts_and_what_is_taken_out_is_a_hole() {
    let second = "1,3098000,38553000;2,3098000,38554000;3,3099000,38554000;4,3099000,38553000";
    let hole = "1,3098400,38543400;2,3098400,38543600;3,3098600,38543600;4,3098600,38543400";
    let (inside_first, inside_second) = (at(3_098_100.0, 543_100.0), at(3_098_500.0, 553_500.0));
    for between in [";", "\n\n", "*", "\n区块2：\n", "；矿区二："] {
        let area = Boundary::parse(&format!("{SQUARE}{between}{second}")).unwrap().area();
        assert_eq!(area.outside_m(inside_first.0, inside_first.1), 0, "{between}");
        assert_eq!(area.outside_m(inside_second.0, inside_second.1), 0, "{between}");
    }
    let area = Boundary::parse(&format!("{SQUARE}；其中扣除：{hole}")).unwrap().area();
    let centre = at(3_098_500.0, 543_500.0);
    assert_eq!(area.outside_m(inside_first.0, inside_first.1), 0);
    assert!((99..=100).contains(&area.outside_m(centre.0, centre.1)));
    // Nothing says that the inner ring is taken out: whoever loads there is not accused.
    assert_eq!(Boundary::parse(&format!("{SQUARE}\n\n{hole}")).unwrap().area().outside_m(centre.0, centre.1), 0);
    assert_eq!(Boundary::parse(&format!("{SQUARE}；扣除：{second}")), Err(BoundaryError::Hole));
}

#[test]
fn a_zone_is_told_by_the_site_or_its_county_and_never_guessed() {
    let bare = SQUARE.replace(",38", ",");
    let expected = Boundary::parse(SQUARE).unwrap();
    let (lat, lon) = at(3_098_500.0, 543_500.0);
    assert_eq!(Boundary::parse(&bare), Err(BoundaryError::Zone));
    assert_eq!(Boundary::read(&bare, &near(lat + 0.05, lon - 0.05)).as_ref(), Ok(&expected));
    let county = Place { site: None, county: Some((lat - 0.3, lon + 0.3)) };
    assert_eq!(Boundary::read(&bare, &county).as_ref(), Ok(&expected));
    // Between two zones, near neither.
    assert!(matches!(Boundary::read(&bare, &near(lat, lon + 1.4)), Err(BoundaryError::NoZone(130..=145))));
    // A position with a typing error clears nobody and accuses nobody.
    assert!(matches!(Boundary::read(SQUARE, &near(lat, lon + 3.0)), Err(BoundaryError::Far(290..=300))));
    assert_eq!(Boundary::read(SQUARE, &near(lat, lon + 0.2)).as_ref(), Ok(&expected));
}

#[test]
fn what_is_no_area_is_never_read_as_one_and_the_reason_is_said() {
    let because = |text: &str| Boundary::parse(text).unwrap_err().to_string();
    let refused = [
        "",
        "POLYGON EMPTY",
        "MULTIPOLYGON EMPTY",
        "POLYGON((114.5 28.0, 114.6 28.0, 114.5 28.0))",
        "POLYGON((28.0 114.5, 28.0 114.6, 28.1 114.6, 28.0 114.5))",
        "POLYGON((114.5 28.0, 114.6 28.1, 114.6 28.0, 114.5 28.1, 114.5 28.0))",
        "POINT(114.5 28.0)",
        "矿区范围见附图",
        "1,3098000.00,38543000.00;2,3098000.00,38544000.00",
        "1,3098000.00,38543000.00;2,3098000.00;3,3099000.00,38544000.00",
        "1,3098000.00,38543000.00;2,3098000.00,38544000.00;4,3099000.00,38544000.00;5,3099000.00,38543000.00",
        "1,3098000.00,38543000.00;2,3098000.00,38544000.00;3,30990o0.00,38544000.00;4,3099000.00,38543000.00",
        "1,3098000.00,38543000.00;2,3098000.00,38544000.00;3,309900.00,38544000.00;4,3099000.00,38543000.00",
        "1,3098000.00,24543000.00;2,3098000.00,24544000.00;3,3099000.00,24544000.00",
        "1980西安坐标系 1,3098000.00,38543000.00;2,3098000.00,38544000.00;3,3099000.00,38544000.00",
        "1,3098000.00,38543000.00;2,3098000.00,544000.00;3,3099000.00,38544000.00",
        "39带 1,3098000.00,38543000.00;2,3098000.00,38544000.00;3,3099000.00,38544000.00",
        "1,3098000.00,38543000.00;2,3099000.00,38544000.00;3,3098000.00,38544000.00;4,3099000.00,38543000.00",
        "114.5,28.1;114.6,28.1;114.6,28.2",
    ];
    let reasons: Vec<String> = refused.iter().map(|text| because(text)).collect();
    insta::assert_snapshot!(reasons.join("\n"), @r#"
    一圈拐点少于三个 / a ring has fewer than three corners
    一圈拐点少于三个 / a ring has fewer than three corners
    一圈拐点少于三个 / a ring has fewer than three corners
    一圈拐点少于三个 / a ring has fewer than three corners
    坐标既不是先经度后纬度的度数，也不是高斯-克吕格坐标 / the coordinates are neither degrees, longitude first, nor a Gauss-Kruger grid
    边线相交，拐点次序有误 / sides cross each other: the corners are out of order
    看不懂“POINT” / "POINT" has no meaning here
    看不懂“矿区范围见附图” / "矿区范围见附图" has no meaning here
    一圈拐点少于三个 / a ring has fewer than three corners
    坐标“3098000”不成对 / the coordinate "3098000" has no partner
    缺少 3 号拐点 / corner 3 is left out
    看不懂“30990” / "30990" has no meaning here
    坐标“38544000.00”不成对 / the coordinate "38544000.00" has no partner
    看不懂“24543000” / "24543000" has no meaning here
    坐标系（西安）不是 CGCS2000，没有公开的转换参数 / the reference frame (西安) is not CGCS2000, and its transformation is not public
    度数与米、有带号与无带号的坐标混用 / degrees and metres, or eastings with and without a zone, are mixed
    文字中的分带与坐标前的带号不一致 / the zone in the text is not the one in front of the eastings
    边线相交，拐点次序有误 / sides cross each other: the corners are out of order
    看不懂“114.5” / "114.5" has no meaning here
    "#);
    assert!(matches!(Boundary::parse("POLYGON((114.5 28.0, 114.6"), Err(BoundaryError::Syntax(_))));
}

//! A picture of a demo car: drawn, and seen to be drawn. Its colour and its body are the car's; it has no plate and no
//! maker's sign. The same car is the same picture at every load.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

/// As large as a photo is shown.
const WIDTH: u32 = 1280;
const HEIGHT: u32 = 960;
/// Where the wheels stand.
const GROUND: f32 = 720.0;
/// Where the car's front is.
const FRONT: f32 = 140.0;
/// Where the wall meets the floor.
const HORIZON: u32 = 600;

/// A point of the car: from its front, above the ground.
type Point = (f32, f32);

/// What tells one body from another.
struct Body {
    outline: &'static [Point],
    glass: &'static [Point],
    /// Where doors and glass are parted, and how high the glass is there.
    pillars: [Point; 2],
    wheels: [f32; 2],
    radius: f32,
}

const SALOON: Body = Body {
    outline: &[
        (24.0, 62.0),
        (2.0, 110.0),
        (10.0, 190.0),
        (70.0, 232.0),
        (290.0, 268.0),
        (410.0, 385.0),
        (530.0, 408.0),
        (650.0, 398.0),
        (800.0, 306.0),
        (950.0, 290.0),
        (990.0, 262.0),
        (998.0, 160.0),
        (978.0, 62.0),
    ],
    glass: &[(316.0, 272.0), (418.0, 368.0), (530.0, 386.0), (640.0, 378.0), (764.0, 302.0), (740.0, 278.0)],
    pillars: [(540.0, 380.0), (690.0, 340.0)],
    wheels: [204.0, 790.0],
    radius: 84.0,
};

const SUV: Body = Body {
    outline: &[
        (22.0, 92.0),
        (2.0, 150.0),
        (10.0, 256.0),
        (66.0, 290.0),
        (250.0, 326.0),
        (362.0, 462.0),
        (500.0, 486.0),
        (780.0, 478.0),
        (900.0, 446.0),
        (962.0, 330.0),
        (990.0, 296.0),
        (998.0, 190.0),
        (980.0, 92.0),
    ],
    glass: &[(290.0, 332.0), (378.0, 442.0), (500.0, 462.0), (770.0, 456.0), (876.0, 430.0), (920.0, 340.0)],
    pillars: [(520.0, 456.0), (730.0, 450.0)],
    wheels: [206.0, 792.0],
    radius: 98.0,
};

const VAN: Body = Body {
    outline: &[
        (22.0, 78.0),
        (2.0, 130.0),
        (8.0, 232.0),
        (52.0, 276.0),
        (170.0, 322.0),
        (322.0, 474.0),
        (450.0, 506.0),
        (850.0, 500.0),
        (944.0, 474.0),
        (984.0, 340.0),
        (998.0, 190.0),
        (982.0, 78.0),
    ],
    glass: &[(206.0, 332.0), (336.0, 454.0), (450.0, 480.0), (840.0, 474.0), (920.0, 448.0), (944.0, 342.0)],
    pillars: [(470.0, 474.0), (700.0, 472.0)],
    wheels: [190.0, 800.0],
    radius: 86.0,
};

/// The picture as a file, by the car's words for its body and its colour.
pub fn draw(body: &str, colour: &str) -> image::ImageResult<Vec<u8>> {
    let body = match body {
        "SUV" => &SUV,
        "MPV" => &VAN,
        _ => &SALOON,
    };
    let mut picture = RgbImage::new(WIDTH, HEIGHT);
    yard(&mut picture);
    car(&mut picture, body, paint(colour));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

fn paint(colour: &str) -> [u8; 3] {
    match colour {
        "白" => [232, 235, 238],
        "黑" => [38, 41, 47],
        "灰" => [122, 128, 136],
        "红" => [158, 38, 46],
        "蓝" => [40, 82, 146],
        _ => [186, 192, 199],
    }
}

/// A wall and a floor, each lighter towards the light.
fn yard(picture: &mut RgbImage) {
    for y in 0..HEIGHT {
        let is_wall = y < HORIZON;
        let (from, share) = match is_wall {
            true => ([208, 216, 224], y as f32 / HORIZON as f32),
            false => ([150, 155, 160], (y - HORIZON) as f32 / (HEIGHT - HORIZON) as f32),
        };
        fill_row(picture, y, (0.0, WIDTH as f32), shade(from, 0.94 + share * 0.12));
    }
}

fn car(picture: &mut RgbImage, body: &Body, paint: [u8; 3]) {
    polygon(picture, &ellipse((500.0, -6.0), (530.0, 26.0)), |_| [96, 100, 105]);
    // lighter towards the roof, as metal is under a sky
    let lit = |above: f32| shade(paint, 0.72 + above.clamp(0.0, 500.0) / 500.0 * 0.42);
    polygon(picture, &rounded(body.outline), lit);
    let seam = shade(paint, 0.55);
    let [(middle, _), (rear, _)] = body.pillars;
    for x in [middle - 230.0, middle, rear + 20.0] {
        polygon(picture, &[(x, 110.0), (x + 8.0, 280.0), (x + 12.0, 280.0), (x + 5.0, 110.0)], |_| seam);
    }
    polygon(picture, &rounded(body.glass), |above| shade([52, 64, 76], 0.8 + above / 1000.0));
    // between the doors there is metal, up to the roof
    for (x, roof) in body.pillars {
        polygon(picture, &[(x, 266.0), (x + 4.0, roof), (x + 18.0, roof), (x + 18.0, 266.0)], lit);
        polygon(
            picture,
            &[(x + 34.0, 236.0), (x + 34.0, 248.0), (x + 88.0, 248.0), (x + 88.0, 236.0)],
            |_| seam,
        );
    }
    let lamps = body.outline[2].1;
    polygon(
        picture,
        &rounded(&[(8.0, lamps - 34.0), (14.0, lamps), (96.0, lamps + 14.0), (70.0, lamps - 24.0)]),
        |_| [244, 240, 214],
    );
    polygon(
        picture,
        &rounded(&[(994.0, lamps), (990.0, lamps + 46.0), (930.0, lamps + 44.0), (946.0, lamps + 4.0)]),
        |_| [186, 30, 36],
    );
    for x in body.wheels {
        wheel(picture, (x, body.radius), body.radius);
    }
}

fn wheel(picture: &mut RgbImage, hub: Point, radius: f32) {
    let ring = |share: f32| ellipse(hub, (radius * share, radius * share));
    // the arch is in the body, not below it
    let arch: Vec<Point> = ring(1.16).into_iter().filter(|point| point.1 > 62.0).collect();
    polygon(picture, &arch, |_| [24, 26, 30]);
    polygon(picture, &ring(1.0), |_| [34, 36, 40]);
    polygon(picture, &ring(0.64), |_| [178, 183, 189]);
    polygon(picture, &ring(0.52), |_| [118, 124, 131]);
    polygon(picture, &ring(0.16), |_| [206, 210, 214]);
}

/// The same corners, cut three times: a curve.
fn rounded(corners: &[Point]) -> Vec<Point> {
    let mut points = corners.to_vec();
    for _ in 0..3 {
        let next = points.iter().cycle().skip(1);
        let cut = points.iter().zip(next).flat_map(|(from, to)| {
            let at = |share: f32| (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
            [at(0.25), at(0.75)]
        });
        points = cut.collect();
    }
    points
}

fn ellipse(middle: Point, radii: Point) -> Vec<Point> {
    let corner = |step: u8| {
        let angle = f32::from(step) / 64.0 * std::f32::consts::TAU;
        (middle.0 + radii.0 * angle.cos(), middle.1 + radii.1 * angle.sin())
    };
    (0..64).map(corner).collect()
}

/// Fills what the points go around, row by row; the colour may depend on the height above the ground.
fn polygon(picture: &mut RgbImage, points: &[Point], colour: impl Fn(f32) -> [u8; 3]) {
    let heights = points.iter().map(|point| GROUND - point.1);
    let (top, bottom) =
        heights.fold((HEIGHT as f32, 0.0_f32), |(top, bottom), y| (top.min(y), bottom.max(y)));
    for y in top.max(0.0) as u32..(bottom as u32 + 1).min(HEIGHT) {
        let middle = GROUND - (y as f32 + 0.5);
        let mut edges: Vec<f32> = Vec::new();
        for (from, to) in points.iter().zip(points.iter().cycle().skip(1)) {
            if (from.1 > middle) != (to.1 > middle) {
                let share = (middle - from.1) / (to.1 - from.1);
                edges.push(FRONT + from.0 + (to.0 - from.0) * share);
            }
        }
        edges.sort_by(f32::total_cmp);
        for span in edges.chunks_exact(2) {
            fill_row(picture, y, (span[0], span[1]), colour(middle));
        }
    }
}

fn fill_row(picture: &mut RgbImage, y: u32, (from, to): (f32, f32), colour: [u8; 3]) {
    let (from, to) = (from.round().max(0.0) as u32, to.round().min(WIDTH as f32) as u32);
    for x in from..to {
        picture.put_pixel(x, y, Rgb(colour));
    }
}

fn shade(colour: [u8; 3], share: f32) -> [u8; 3] {
    colour.map(|part| (f32::from(part) * share).clamp(0.0, 255.0) as u8)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_car_is_its_colour_and_always_the_same() {
        let read = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().into_rgb8();
        let red = draw("轿车", "红").unwrap();
        assert_eq!(red, draw("轿车", "红").unwrap());
        let (red, blue) = (read(&red), read(&draw("SUV", "蓝").unwrap()));
        assert_eq!((red.width(), red.height()), (WIDTH, HEIGHT));
        // the front door
        let (door, other) = (red.get_pixel(560, 540).0, blue.get_pixel(560, 540).0);
        assert!(door[0] > 2 * door[2] && other[2] > 2 * other[0], "{door:?} {other:?}");
        assert_eq!(red.get_pixel(5, 5), blue.get_pixel(5, 5), "the same yard");
    }
}

use std::io::Cursor;

use bytes::Bytes;
use kernel::VehicleId;
use platform_db::new_id;
use uuid::Uuid;
use vehicle::{AddPhoto, PhotoSize, RemovePhoto, VehiclePriced};

use crate::yard::{Yard, code, yard};

fn picture(shade: u8) -> Bytes {
    let picture = image::RgbImage::from_pixel(640, 400, image::Rgb([shade, 90, 120]));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner().into()
}

async fn add(yard: &Yard, vehicle_id: VehicleId, bytes: Bytes) -> Uuid {
    let id = new_id();
    yard.service.add_photo(&yard.inspector, AddPhoto { id, vehicle_id, bytes }).await.unwrap();
    id
}

#[tokio::test]
async fn photos_are_added_shown_and_taken_away() {
    let yard = yard().await;
    let car = yard.priced_car().await;
    let first = add(&yard, car, picture(10)).await;
    let second = add(&yard, car, picture(20)).await;
    add(&yard, car, picture(20)).await; // a double click
    let photos = yard.service.show_vehicle(&yard.pricing, car).await.unwrap().photos;
    assert_eq!(photos.iter().map(|photo| photo.id).collect::<Vec<_>>(), [first, second]);
    let thumb = yard.service.photo(first, PhotoSize::Thumb).await.unwrap().unwrap();
    assert_eq!(&thumb[8..12], b"WEBP");

    let remove = RemovePhoto { id: new_id(), vehicle_id: car, photo_id: first };
    for _ in 0..2 {
        yard.service.remove_photo(&yard.inspector, remove.clone()).await.unwrap();
    }
    assert_eq!(yard.service.photo(first, PhotoSize::Thumb).await.unwrap(), None);
    let told = yard.events().await.pop().unwrap().read::<VehiclePriced>().unwrap().unwrap();
    assert_eq!(told.photo_ids, [second]);
    let again = RemovePhoto { id: new_id(), ..remove };
    assert_eq!(code(yard.service.remove_photo(&yard.inspector, again).await), "NOT_FOUND");
}

#[tokio::test]
async fn what_is_no_photo_leaves_nothing() {
    let yard = yard().await;
    let car = yard.priced_car().await;
    let input = AddPhoto { id: new_id(), vehicle_id: car, bytes: Bytes::from_static(b"<svg/>") };
    assert_eq!(code(yard.service.add_photo(&yard.inspector, input).await), "PHOTO_FORMAT");
    assert_eq!(yard.count("vehicle_photo").await, 0);
}

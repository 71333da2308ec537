/** Where the phone is. Work goes on when it can't or mayn't be known. */

/** Absent coordinates: denied, unknown, or too slow. Fields as check-in and check-out carry them. */
export interface Place {
  lat?: number;
  lng?: number;
  accuracy_metres?: number;
}

export function findPlace(
  geolocation: Geolocation | undefined = globalThis.navigator?.geolocation,
  waitMs = 8000,
): Promise<Place> {
  if (!geolocation) return Promise.resolve({});
  return new Promise((resolve) => {
    // Some phones never call back when the permission prompt is ignored.
    const timer = setTimeout(() => resolve({}), waitMs + 1000);
    const finish = (place: Place) => {
      clearTimeout(timer);
      resolve(place);
    };
    geolocation.getCurrentPosition(
      ({ coords }) => finish({ lat: coords.latitude, lng: coords.longitude, accuracy_metres: coords.accuracy }),
      () => finish({}),
      { enableHighAccuracy: true, timeout: waitMs, maximumAge: 60_000 },
    );
  });
}

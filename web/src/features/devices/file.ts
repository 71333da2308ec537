/** The electronic file of a device as `GET /api/v1/devices/{id}/full` answers it. */
import { queryOptions } from '@tanstack/react-query';
import { api, url } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import type { components } from '@/shared/api/schema';

type Schemas = components['schemas'];

export type DeviceFile = Schemas['DeviceFile'];
export type DevicePart = Schemas['DevicePart'];
export type DevicePlan = Schemas['DevicePlan'];
export type Meter = Schemas['Meter'];
export type MeterReading = Schemas['MeterReading'];
export type ExplainedVerdict = Schemas['ExplainedVerdict'];

export const deviceFileQuery = (id: string) =>
  queryOptions({
    queryKey: ['device', 'full', id],
    queryFn: ({ signal }) => api.get<DeviceFile>(url('/api/v1/devices/{id}/full', { id }), undefined, { signal }),
  });

export const refreshDevices = (): void => void queryClient.invalidateQueries({ queryKey: ['device'] });

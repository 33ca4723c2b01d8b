//! The figures of the desk, shared by the rail and the page.
import { api } from '@shian/api';
import { useQuery } from '@tanstack/vue-query';
import { may } from '../session';

export const useDesk = () => useQuery({ queryKey: ['desk'], queryFn: ({ signal }) => api.desk(signal), refetchInterval: 60_000, enabled: may('desk.read') });
export const useAlarms = () => useQuery({ queryKey: ['alarms'], queryFn: ({ signal }) => api.alarms(signal), enabled: may('matter.read') });

import { useSyncExternalStore } from 'react';
import type { Controller, View } from '../controller.js';

/** The controller's view; renders again when it changes. */
export function useView(controller: Controller): View {
  return useSyncExternalStore(controller.subscribe, () => controller.view);
}

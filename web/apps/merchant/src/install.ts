//! Putting the port on the phone's home screen, where the browser offers it.
import { ref } from 'vue';

interface InstallOffer extends Event {
  prompt(): Promise<void>;
  userChoice: Promise<{ outcome: 'accepted' | 'dismissed' }>;
}

export const installOffer = ref<InstallOffer | null>(null);

/** The browser offers once, early; the offer is kept until the person looks for it in 我的店. */
export function useRegisterInstall(): void {
  window.addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    installOffer.value = event as InstallOffer;
  });
  window.addEventListener('appinstalled', () => (installOffer.value = null));
}

export async function install(): Promise<void> {
  const offer = installOffer.value;
  if (!offer) return;
  await offer.prompt();
  if ((await offer.userChoice).outcome === 'accepted') installOffer.value = null;
}

//! The pages of the merchant port. Few and small, so they come in one piece and all work without a network.
import { createRouter, createWebHistory } from 'vue-router';
import AccountPage from './pages/AccountPage.vue';
import ActPage from './pages/ActPage.vue';
import HistoryPage from './pages/HistoryPage.vue';
import MatterPage from './pages/MatterPage.vue';
import ShopPage from './pages/ShopPage.vue';
import SignInPage from './pages/SignInPage.vue';
import TodayPage from './pages/TodayPage.vue';
import { loadSession, onSignedOut, session } from './session';
import { texts } from './texts';

export const router = createRouter({
  history: createWebHistory(import.meta.env.BASE_URL),
  routes: [
    { path: '/', name: 'today', component: TodayPage, meta: { title: texts.today.title, tab: true } },
    { path: '/history', name: 'history', component: HistoryPage, meta: { title: texts.history.title, tab: true } },
    { path: '/shop', name: 'shop', component: ShopPage, meta: { title: texts.shop.title, tab: true } },
    { path: '/account', name: 'account', component: AccountPage, meta: { title: texts.account.title } },
    { path: '/matters/:id', name: 'matter', component: MatterPage, props: true, meta: { title: texts.matter.title } },
    { path: '/matters/:id/:act', name: 'act', component: ActPage, props: true, meta: { title: texts.act.title } },
    { path: '/sign-in', name: 'sign-in', component: SignInPage, meta: { title: texts.sign_in.title, open: true } },
    { path: '/:missing(.*)*', redirect: { name: 'today' } },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
});

router.beforeEach(async (to) => {
  await loadSession();
  const isIn = session.value?.port === 'merchant';
  if (!isIn && !to.meta.open) return { name: 'sign-in', query: to.fullPath === '/' ? {} : { to: to.fullPath } };
  // A password that was given out is changed before anything else.
  if (isIn && session.value?.owes && to.name !== 'account') return { name: 'account' };
  if (isIn && to.name === 'sign-in') return { name: 'today' };
  return true;
});

router.afterEach((to) => nameThePage(to.meta.title));

onSignedOut(() => void router.replace({ name: 'sign-in', query: { to: router.currentRoute.value.fullPath } }));

export function nameThePage(title?: string): void {
  document.title = title ? `${title} · ${texts.app}` : texts.app;
}

declare module 'vue-router' {
  interface RouteMeta {
    title?: string;
    tab?: boolean;
    open?: boolean;
  }
}

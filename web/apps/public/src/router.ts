//! The pages of the public port; each is fetched when it is first opened.
import { createRouter, createWebHistory } from 'vue-router';
import { hasMissedPage } from './online';
import HomePage from './pages/HomePage.vue';
import { texts } from './texts';

export const router = createRouter({
  history: createWebHistory(import.meta.env.BASE_URL),
  routes: [
    { path: '/', name: 'home', component: HomePage, meta: { title: texts.home.title } },
    {
      path: '/businesses',
      name: 'businesses',
      component: () => import('./pages/BusinessesPage.vue'),
      meta: { title: texts.businesses.title },
    },
    {
      path: '/businesses/:id',
      name: 'business',
      component: () => import('./pages/BusinessPage.vue'),
      props: true,
      meta: { title: texts.business.title },
    },
    {
      path: '/kitchens',
      name: 'kitchens',
      component: () => import('./pages/KitchensPage.vue'),
      meta: { title: texts.kitchens.title },
    },
    {
      path: '/verify',
      name: 'verify',
      component: () => import('./verify/VerifyPage.vue'),
      meta: { title: texts.verify.title },
    },
    {
      path: '/:missing(.*)*',
      name: 'missing',
      component: () => import('./pages/MissingPage.vue'),
      meta: { title: texts.state.not_found },
    },
  ],
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
});

// A page that cannot be fetched while there is a network belongs to an older release: the address is opened afresh.
router.onError((_error, to) => {
  if (navigator.onLine) window.location.assign(to.fullPath);
  else hasMissedPage.value = true;
});

/** Fetches the other pages (some 30 kB) once the first one stands, so that a tunnel does not stop the next press. */
export function fetchPagesAhead(): void {
  const ahead = () => {
    for (const { components } of router.getRoutes()) {
      const page = components?.default;
      if (typeof page === 'function') void (page as () => Promise<unknown>)().catch(() => undefined);
    }
  };
  if ('requestIdleCallback' in window) window.requestIdleCallback(ahead, { timeout: 4000 });
  else setTimeout(ahead, 2500);
}

/** Names the page in the browser's title bar. */
export function nameThePage(title: string): void {
  document.title = title === texts.home.title ? texts.site : `${title} · ${texts.brand}`;
}

router.afterEach((to) => {
  hasMissedPage.value = false;
  nameThePage(String(to.meta.title ?? texts.home.title));
});

declare module 'vue-router' {
  interface RouteMeta {
    title?: string;
  }
}

//! Which page is where. Every page is loaded when first visited.
import { createRouter, createWebHistory } from 'vue-router';
import { knownSession } from './session';

export const router = createRouter({
  history: createWebHistory('/regulator/'),
  routes: [
    { path: '/sign-in', name: 'sign-in', component: () => import('./shell/SignIn.vue'), meta: { bare: true, title: '登录' } },
    { path: '/', name: 'desk', component: () => import('./overview/DeskPage.vue'), meta: { title: '工作台' } },
    { path: '/alerts/:id?', name: 'alerts', component: () => import('./alerts/AlertsPage.vue'), meta: { title: '告警' } },
    { path: '/cameras', name: 'cameras', component: () => import('./kitchens/VideoWall.vue'), meta: { title: '视频' } },
    { path: '/cameras/:id', name: 'camera', component: () => import('./kitchens/CameraPage.vue'), meta: { title: '摄像头' } },
    { path: '/businesses', name: 'businesses', component: () => import('./businesses/BusinessesPage.vue'), meta: { title: '主体' } },
    { path: '/businesses/:id', name: 'business', component: () => import('./businesses/BusinessPage.vue'), meta: { title: '主体' } },
    { path: '/imports', name: 'imports', component: () => import('./imports/ImportsPage.vue'), meta: { title: '导入' } },
    { path: '/imports/:id', name: 'import', component: () => import('./imports/ImportPage.vue'), meta: { title: '导入' } },
    { path: '/map', name: 'map', component: () => import('./businesses/MapPage.vue'), meta: { title: '地图' } },
    { path: '/matters', name: 'matters', component: () => import('./matters/MattersPage.vue'), meta: { title: '事项' } },
    { path: '/matters/new', name: 'open', component: () => import('./matters/OpenPage.vue'), meta: { title: '立案' } },
    { path: '/matters/:id', name: 'matter', component: () => import('./matters/MatterPage.vue'), meta: { title: '事项' } },
    { path: '/account', name: 'account', component: () => import('./people/AccountPage.vue'), meta: { title: '我的账号' } },
    { path: '/people', name: 'people', component: () => import('./people/PeoplePage.vue'), meta: { title: '账号与权限' } },
    { path: '/audit', name: 'audit', component: () => import('./people/AuditPage.vue'), meta: { title: '审计日志' } },
    { path: '/law', name: 'law', component: () => import('./law/LawPage.vue'), meta: { title: '法定期限' } },
    { path: '/workload', name: 'workload', component: () => import('./matters/WorkloadPage.vue'), meta: { title: '工作量' } },
    { path: '/system', name: 'system', component: () => import('./operations/SystemPage.vue'), meta: { title: '系统运行' } },
    { path: '/scenes', name: 'scenes', component: () => import('./kitchens/ScenesPage.vue'), meta: { title: '场景设置' } },
    { path: '/:rest(.*)*', name: 'nothing', component: () => import('./shell/NotFound.vue'), meta: { title: '没有这个页面' } },
  ],
});

function homeOf(may: string[]): string {
  if (may.includes('audit.read')) return 'audit';
  return may.includes('people.read') ? 'people' : 'account';
}

router.beforeEach(async (to) => {
  const who = await knownSession();
  if (to.name === 'sign-in') return who?.port === 'regulator' ? { path: '/' } : true;
  if (who?.port !== 'regulator') return { name: 'sign-in', query: to.fullPath === '/' ? {} : { next: to.fullPath } };
  if (to.name === 'account') return true;
  // What is owed comes first; whoever has no desk begins at the own work.
  if (who.owes) return { name: 'account' };
  if (to.name === 'desk' && !who.may.includes('desk.read')) return { name: homeOf(who.may) };
  return true;
});

router.afterEach((to) => {
  document.title = `${String(to.meta['title'] ?? '')} · 食安`;
});

// After a new version was put up, pages of the old one are gone: load the new shell at the same address.
router.onError((error: unknown, to) => {
  if (error instanceof Error && /dynamically imported module|Importing a module|module script failed/i.test(error.message)) {
    window.location.assign(router.resolve(to).href);
  }
});

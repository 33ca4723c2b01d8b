//! The regulator port: a desk for officers.
import '@shian/tokens/base.css';
import 'element-plus/theme-chalk/base.css';
import 'element-plus/theme-chalk/el-message.css';
import '@shian/tokens/element.css';
import './shell/desk.css';
import { VueQueryPlugin } from '@tanstack/vue-query';
import { applyTheme, followSystemTheme } from '@shian/tokens/theme';
import { createApp } from 'vue';
import App from './App.vue';
import { queries } from './live';
import { router } from './router';

applyTheme();
followSystemTheme();
createApp(App).use(router).use(VueQueryPlugin, { queryClient: queries }).mount('#app');

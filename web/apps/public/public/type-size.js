// Large type is set before the first paint, so that the page does not jump for those who need it.
try {
  if (localStorage.getItem('shian.type') === 'large') document.documentElement.dataset.type = 'large';
} catch {
  // Storage may be switched off; the page then opens at the ordinary size.
}

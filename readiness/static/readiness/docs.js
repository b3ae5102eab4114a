'use strict';
// The library's page follows the scheme of the reader's screen, as every other page does.
const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
follow();
document.documentElement.classList.add('scripted');
dark.addEventListener('change', follow);

// To read the whole schema takes the library seconds, in which nothing answers: it begins when an operation is asked for.
document.addEventListener('DOMContentLoaded', () => {
  const place = document.getElementById('swagger-ui');
  const start = () => {
    if (!place.hidden) return;
    place.hidden = false;
    const sheet = document.createElement('link');
    Object.assign(sheet, { rel: 'stylesheet', href: place.dataset.sheet });
    document.head.prepend(sheet);
    for (const source of [place.dataset.library, place.dataset.start]) {
      const script = document.createElement('script');
      Object.assign(script, { src: source, async: false });
      document.body.append(script);
    }
    place.scrollIntoView();
  };
  for (const link of document.querySelectorAll('.operations a[href^="#/"]')) link.addEventListener('click', start);
  document.getElementById('try').addEventListener('click', start);
  if (location.hash.startsWith('#/')) start();
});

// Light and dark, kept for the next time where the browser allows it.
{
  const choice = document.getElementById('theme');
  const remembered = () => {
    try {
      return localStorage.getItem('theme') ?? '';
    } catch {
      return '';
    }
  };
  const show = (theme) => {
    if (theme === '') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  };
  choice.value = remembered();
  show(choice.value);
  choice.addEventListener('change', () => {
    show(choice.value);
    try {
      localStorage.setItem('theme', choice.value);
    } catch {
      // A page that is a file may have no storage.
    }
  });
}

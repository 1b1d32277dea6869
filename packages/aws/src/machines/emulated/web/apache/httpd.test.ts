import { once } from 'node:events';
import { connect } from 'node:net';
import { type LaunchedMachine, machineLauncher, runOn, script, urlOf } from '../../../testing/launch-machine';

const makeMachine = machineLauncher();
let machine: LaunchedMachine;

afterEach(() => machine.terminate());

async function serve(setUp: string, finish = 'systemctl enable --now httpd'): Promise<string> {
  machine = makeMachine({ userData: script(`dnf install -y -q httpd\n${setUp}\n${finish}`) });
  await machine.boot();
  return machine.console();
}

const get = (path: string, init?: RequestInit) =>
  fetch(urlOf(machine, path), { redirect: 'manual', ...init });

test('a fresh httpd answers 403 with its welcome page, so a health check on / fails', async () => {
  await serve(':');
  const answer = await get('/');
  expect(answer.status).toBe(403);
  expect(await answer.text()).toContain('It works!');
});

test('a file has the content type of its suffix, an entity tag and a date', async () => {
  await serve('echo "a { }" > /var/www/html/style.css');
  const { headers } = await get('/style.css');
  expect(headers.get('content-type')).toBe('text/css');
  expect(headers.get('etag')).toMatch(/^"[0-9a-f]+-[0-9a-f]+"$/);
  expect(headers.get('accept-ranges')).toBe('bytes');
  expect(Date.parse(headers.get('last-modified') ?? '')).not.toBeNaN();
});

test('a request with the current entity tag gets 304 without a body', async () => {
  await serve('echo hello > /var/www/html/index.html');
  const etag = (await get('/')).headers.get('etag') ?? '';
  const answer = await get('/', { headers: { 'if-none-match': etag } });
  expect([answer.status, await answer.text()]).toEqual([304, '']);
});

test('a range gets 206 with those bytes, one beyond the end 416', async () => {
  await serve('printf 0123456789 > /var/www/html/digits.txt');
  const part = await get('/digits.txt', { headers: { range: 'bytes=2-4' } });
  expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
    206,
    'bytes 2-4/10',
    '234',
  ]);
  expect((await get('/digits.txt', { headers: { range: 'bytes=10-' } })).status).toBe(416);
});

test('HEAD has the headers of GET and no body', async () => {
  await serve('echo hello > /var/www/html/index.html');
  const answer = await get('/', { method: 'HEAD' });
  expect([answer.headers.get('content-length'), await answer.text()]).toEqual(['6', '']);
});

test('methods that Apache does not serve from files get 405', async () => {
  await serve('echo hello > /var/www/html/index.html');
  const answer = await get('/index.html', { method: 'DELETE' });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET,POST,OPTIONS,HEAD']);
});

test('a directory without its slash is redirected to it', async () => {
  await serve('mkdir /var/www/html/news; echo n > /var/www/html/news/index.html');
  const answer = await get('/news');
  expect(answer.status).toBe(301);
  expect(new URL(answer.headers.get('location') ?? '').pathname).toBe('/news/');
});

test('no request climbs out of the document root', async () => {
  await serve('echo hello > /var/www/html/index.html');
  const { port } = new URL(urlOf(machine));
  const answers = await Promise.all(
    ['/../../../etc/passwd', '/%2e%2e/%2e%2e/%2e%2e/etc/passwd', '/..%2f..%2fetc/passwd'].map(
      async (path) => {
        const socket = connect(Number(port), '127.0.0.1');
        socket.end(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
        let text = '';
        for await (const chunk of socket) text += chunk;
        return text;
      },
    ),
  );
  expect(answers.map((answer) => answer.slice(9, 12))).toEqual(['400', '400', '404']);
  expect(answers.join('')).not.toContain('root:x:0');
});

test('a file that apache may not read gets 403', async () => {
  await serve('echo secret > /var/www/html/secret.txt; chmod 600 /var/www/html/secret.txt');
  expect((await get('/secret.txt')).status).toBe(403);
});

test('hidden files of Apache are denied', async () => {
  await serve('echo x > /var/www/html/.htpasswd');
  expect((await get('/.htpasswd')).status).toBe(403);
});

test('a configuration of conf.d is honoured: port, alias, headers, error page and virtual host', async () => {
  await serve(`
mkdir -p /srv/site /srv/other /srv/files
echo site > /srv/site/index.html; echo other > /srv/other/index.html
echo lost > /srv/site/404.html; echo file > /srv/files/a.txt
cat > /etc/httpd/conf.d/site.conf <<'EOF'
Listen 8080
<VirtualHost *:8080>
    ServerName site.example.com
    DocumentRoot "/srv/site"
    ErrorDocument 404 /404.html
    Alias /files /srv/files
    Header always set X-Frame-Options "DENY"
    <Directory "/srv">
        Require all granted
    </Directory>
</VirtualHost>
<VirtualHost *:8080>
    ServerName other.example.com
    DocumentRoot /srv/other
    <Directory /srv/other>
        Require all granted
    </Directory>
</VirtualHost>
EOF`);
  const first = await fetch(urlOf(machine, '/', 8080));
  expect([await first.text(), first.headers.get('x-frame-options')]).toEqual(['site\n', 'DENY']);
  const lost = await fetch(urlOf(machine, '/nothing', 8080));
  expect([lost.status, await lost.text()]).toEqual([404, 'lost\n']);
  expect(await (await fetch(urlOf(machine, '/files/a.txt', 8080))).text()).toBe('file\n');
});

test('a syntax error keeps the service from starting, in the words of systemd and Apache', async () => {
  const console = await serve(
    'echo "Documentroot /var/www/html\nNoSuchThing on" > /etc/httpd/conf.d/bad.conf\nhttpd -t',
    'systemctl start httpd\necho "exit $?"\nsystemctl is-active httpd\njournalctl -u httpd',
  );
  expect(console).toContain("Invalid command 'NoSuchThing', perhaps misspelled");
  expect(console).toContain('AH00526: Syntax error on line 2 of /etc/httpd/conf.d/bad.conf');
  expect(console).toContain(
    'Job for httpd.service failed because the control process exited with error code.',
  );
  expect(console).toContain('exit 1');
  expect(machine.listening.size).toBe(0);
});

test('a port that another server has makes Apache fail as it does', async () => {
  const console = await serve(
    'dnf -y -q install nginx\nsystemctl start nginx',
    'systemctl start httpd\njournalctl -u httpd',
  );
  expect(console).toContain(
    '(98)Address already in use: AH00072: make_sock: could not bind to address [::]:80',
  );
});

test('reload takes a new configuration without closing the port', async () => {
  await serve(
    `echo hello > /var/www/html/index.html
systemctl start httpd
echo 'Header set X-Version "2"' > /etc/httpd/conf.d/version.conf`,
    'systemctl reload httpd',
  );
  expect((await get('/')).headers.get('x-version')).toBe('2');
});

test('an idle connection is kept for as long as KeepAliveTimeout says, five seconds without it', async () => {
  await serve(':');
  expect((await get('/')).headers.get('keep-alive')).toBe('timeout=5');
  await runOn(machine, 'echo KeepAliveTimeout 75 > /etc/httpd/conf.d/site.conf; systemctl reload httpd');
  expect((await get('/')).headers.get('keep-alive')).toBe('timeout=75');
});

test('a file that changes is served as it is now, and requests are logged', async () => {
  await serve(
    `echo one > /var/www/html/index.html
systemctl start httpd
curl -s http://localhost/ > /dev/null
echo two > /var/www/html/index.html
curl -s http://localhost/`,
    'cat /var/log/httpd/access_log',
  );
  expect(machine.console()).toContain('two');
  expect(machine.console()).toMatch(/"GET \/ HTTP\/1\.1" 200 4 "-" "curl\/8\.11\.1"/);
});

test('stopping lets an answer that is under way arrive whole', async () => {
  await serve("printf '%20000000s' end > /var/www/html/large.bin", 'systemctl start httpd');
  const answer = await get('/large.bin');
  const stopped = machine.stop();
  const { byteLength } = await answer.arrayBuffer();
  await stopped;
  expect(byteLength).toBe(20_000_000);
});

test('terminating breaks open connections', async () => {
  await serve('echo hello > /var/www/html/index.html');
  const { port } = new URL(urlOf(machine));
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  const closed = once(socket, 'close');
  await machine.terminate();
  await closed;
  expect(machine.listening.size).toBe(0);
});

test('a unit of the user can serve files with python3', async () => {
  machine = makeMachine({
    userData: script(`mkdir -p /srv/www; echo hi > /srv/www/index.html
cat > /etc/systemd/system/site.service <<'EOF'
[Unit]
Description=Site
[Service]
WorkingDirectory=/srv/www
ExecStart=/usr/bin/python3 -m http.server 8080
[Install]
WantedBy=multi-user.target
EOF
systemctl daemon-reload
systemctl enable --now site
systemctl is-active site`),
  });
  await machine.boot();
  expect(await (await fetch(urlOf(machine, '/', 8080))).text()).toBe('hi\n');
});

const SPA = `mkdir -p /var/www/html/app
echo app > /var/www/html/app/index.html; echo a > /var/www/html/app/a.css
cat > /var/www/html/app/.htaccess <<'RULES'
RewriteEngine On
RewriteBase /app/
RewriteRule ^index\\.html$ - [L]
RewriteCond %{REQUEST_FILENAME} !-f
RewriteCond %{REQUEST_FILENAME} !-d
RewriteRule . /app/index.html [L]
RULES`;
const ALLOW_ALL = `printf '<Directory /var/www/html>\\nAllowOverride All\\n</Directory>\\n' > /etc/httpd/conf.d/z.conf`;

test('rewrite rules of a .htaccess send unknown paths to the page of the application', async () => {
  await serve(`${SPA}\n${ALLOW_ALL}`);
  expect(await (await get('/app/some/route')).text()).toBe('app\n');
  expect(await (await get('/app/a.css')).text()).toBe('a\n');
});

test('a .htaccess has no effect where AllowOverride does not let it', async () => {
  await serve(SPA);
  expect((await get('/app/some/route')).status).toBe(404);
});

test('a .htaccess that Apache does not take answers 500 and says why in the error log', async () => {
  const console = await serve(
    `${ALLOW_ALL}\necho 'NoSuchThing on' > /var/www/html/.htaccess\necho hello > /var/www/html/index.html`,
    'systemctl start httpd; curl -s -o /dev/null http://localhost/; cat /var/log/httpd/error_log',
  );
  expect((await get('/')).status).toBe(500);
  expect(console).toContain("/var/www/html/.htaccess: Invalid command 'NoSuchThing', perhaps misspelled");
});

test('rewrite rules of the server redirect, forbid, and name other paths', async () => {
  await serve(`echo post > /var/www/html/post.html
cat > /etc/httpd/conf.d/rules.conf <<'RULES'
RewriteEngine On
RewriteCond %{HTTP:X-Forwarded-Proto} =http
RewriteRule ^/secure/(.*)$ https://%{HTTP_HOST}/secure/$1 [R=301,L]
RewriteCond %{HTTP_USER_AGENT} (bad|worse)bot [NC,OR]
RewriteCond %{QUERY_STRING} ^spam=
RewriteRule ^ - [F]
RewriteRule ^/posts/([0-9]+)$ /post.html?id=$1 [L,QSA]
RULES`);
  const secure = await get('/secure/a', { headers: { 'x-forwarded-proto': 'http' } });
  expect([secure.status, new URL(secure.headers.get('location') ?? '').protocol]).toEqual([301, 'https:']);
  expect(await (await get('/posts/12')).text()).toBe('post\n');
  expect((await get('/posts/12', { headers: { 'user-agent': 'a WORSEbot' } })).status).toBe(403);
  expect((await get('/?spam=1')).status).toBe(403);
});

test('ProxyPass hands requests on to a server behind, and answers 503 when it is not there', async () => {
  await serve(`mkdir -p /srv/api/old; echo '{"api":true}' > /srv/api/x.json
cat > /etc/httpd/conf.d/proxy.conf <<'PROXY'
ProxyPass /api/none !
ProxyPass /api http://127.0.0.1:5000
ProxyPassReverse /api http://127.0.0.1:5000
ProxyPass /down http://127.0.0.1:5001/
PROXY
cat > /etc/systemd/system/api.service <<'UNIT'
[Service]
WorkingDirectory=/srv/api
ExecStart=/usr/bin/python3 -m http.server 5000
UNIT
systemctl start api`);
  const answer = await get('/api/x.json');
  expect([answer.status, await answer.json()]).toEqual([200, { api: true }]);
  expect((await get('/api/none')).status).toBe(404);
  expect((await get('/down/')).status).toBe(503);
});

test('compression, expiry, tokens, denials and logins of the configuration are honoured', async () => {
  await serve(`printf '%2000s' page > /var/www/html/index.html
echo x > /var/www/html/x.bak; mkdir /var/www/html/private; echo p > /var/www/html/private/index.html
cat > /etc/httpd/conf.d/more.conf <<'MORE'
ServerTokens Prod
FileETag None
AddOutputFilterByType DEFLATE text/html
ExpiresActive On
ExpiresByType text/html "access plus 1 hour"
<FilesMatch "\\.bak$">
    Order allow,deny
    Deny from all
</FilesMatch>
<Location /private>
    AuthType Basic
    AuthName "Private"
    AuthUserFile /etc/httpd/passwords
    Require valid-user
</Location>
MORE`);
  const page = await get('/', { headers: { 'accept-encoding': 'gzip' } });
  expect(await page.text()).toHaveLength(2000);
  expect(
    ['server', 'content-encoding', 'vary', 'etag', 'cache-control'].map((name) => page.headers.get(name)),
  ).toEqual(['Apache', 'gzip', 'Accept-Encoding', null, 'max-age=3600']);
  expect((await get('/x.bak')).status).toBe(403);
  const closed = await get('/private/');
  expect([closed.status, closed.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="Private"']);
});

test('an expression that does not compile keeps a web server from starting', async () => {
  const console = await serve(
    "dnf install -y -q nginx\necho 'RedirectMatch ^/(a /b' > /etc/httpd/conf.d/bad.conf\necho 'server { location ~ ^/(a { return 200; } }' > /etc/nginx/conf.d/bad.conf",
    'httpd -t\nnginx -t\nsystemctl start httpd || systemctl start nginx',
  );
  expect(console).toContain('AH00526: Syntax error on line 1 of /etc/httpd/conf.d/bad.conf:\r\n');
  expect(console).toContain('nginx: [emerg] pcre2_compile() failed');
  expect(machine.listening.size).toBe(0);
});

test('a redirect takes a path with a line end in it along encoded, and a header that cannot be sent fails alone', async () => {
  await serve(`cat > /etc/httpd/conf.d/odd.conf <<'ODD'
Redirect /old /new
<Location /header>
    Header always set X-Odd "\u20ac"
</Location>
ODD`);
  const moved = await get('/old/%0d%0aX-Evil:%20yes/%E2%82%AC');
  expect(moved.headers.get('location')).toContain('/new/%0D%0AX-Evil:%20yes/%E2%82%AC');
  expect((await get('/header')).status).toBe(500);
  expect((await get('/old')).status).toBe(302);
});

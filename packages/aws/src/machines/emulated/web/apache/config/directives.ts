const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter((word) => word !== ''));

/** Directives that the embedded httpd does as Apache does. */
export const HONOURED_DIRECTIVES = words(`
  listen servername serveralias documentroot directoryindex errordocument alias aliasmatch redirect redirectmatch
  redirectpermanent redirecttemp header addtype forcetype typesconfig adddefaultcharset options require fallbackresource
  user group errorlog customlog transferlog logformat keepalive servertokens traceenable directoryslash setenv serversignature
  rewriteengine rewriterule rewritecond rewritebase proxypass proxypassmatch proxypassreverse proxypreservehost balancermember
  allowoverride order allow deny expiresactive expiresbytype expiresdefault addoutputfilterbytype setoutputfilter fileetag authname authuserfile authgroupfile
`);

/** Directives of Apache's usual modules that are read and have no effect here. */
export const IGNORED_DIRECTIVES = words(`
  serverroot serveradmin loglevel enablesendfile enablemmap loadmodule allowoverridelist mimemagicfile addoutputfilter
  addinputfilter addhandler sethandler addencoding addlanguage addcharset removehandler
  removetype defaulttype languagepriority forcelanguagepriority scriptalias scriptsock timeout keepalivetimeout maxkeepaliverequests startservers
  minspareservers maxspareservers maxrequestworkers maxclients maxconnectionsperchild maxrequestsperchild serverlimit
  threadsperchild minsparethreads maxsparethreads threadlimit threadstacksize pidfile mutex hostnamelookups usecanonicalname
  usecanonicalphysicalport accessfilename indexoptions addicon addiconbyencoding addiconbytype defaulticon readmename
  headername indexignore indexorderdefault adddescription setenvif setenvifnocase browsermatch browsermatchnocase unsetenv passenv
  contentdigest limitrequestbody limitrequestfields
  limitrequestfieldsize limitrequestline limitxmlrequestbody requestreadtimeout requestheader deflatecompressionlevel
  deflatefilternote deflatememlevel deflatewindowsize satisfy authtype authbasicprovider extendedstatus seerequesttail coredumpdirectory acceptfilter acceptpathinfo
  allowencodedslashes namevirtualhost protocols protocolshonororder h2direct h2upgrade graceful gracefulshutdowntimeout
  remoteipheader remoteipinternalproxy remoteiptrustedproxy errorlogformat define undefine luahookmapto
  rewriteoptions rewritemap proxyrequests proxyvia proxytimeout proxyerroroverride proxyaddheaders proxyset proxyiobuffersize
  charsetdefault charsetsourceenc multiviewsmatch listenbacklog receivebuffersize sendbuffersize modmimeusepathinfo
  cacheenable cacheroot substitute action script dirindexredirect directorycheckhandler suexec httpprotocoloptions
`);

/** Of the ignored ones, those that change what a visitor gets: httpd here does not start with them, so that no page is wrong. */
export const MISSED_DIRECTIVES = words(`
  rewritemap substitute sethandler scriptalias
`);

/** Sections that Apache knows. */
export const SECTIONS = words(`
  directory directorymatch location locationmatch files filesmatch virtualhost ifmodule ifdefine ifversion limit limitexcept
  if else elseif requireall requireany requirenone proxy proxymatch
`);

/** Modules that httpd of Amazon Linux 2023 loads from the start. */
export const LOADED_MODULES = words(`
  access_compat_module actions_module alias_module allowmethods_module auth_basic_module authn_core_module authz_core_module
  authz_host_module autoindex_module cache_module core_module data_module deflate_module dir_module dumpio_module env_module
  expires_module ext_filter_module filter_module headers_module http2_module include_module info_module log_config_module log_debug_module
  lua_module macro_module mime_magic_module mime_module mpm_event_module negotiation_module proxy_module proxy_http_module
  remoteip_module reqtimeout_module rewrite_module setenvif_module slotmem_plain_module slotmem_shm_module so_module
  socache_dbm_module status_module substitute_module systemd_module unique_id_module unixd_module userdir_module
  version_module vhost_alias_module watchdog_module event.c http_core.c core.c
`);

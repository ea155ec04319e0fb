"""The catalogue behind the sample source: topics, their tags by popularity, and the words that give a tag away.

In `lines`, "*" holds what the whole topic talks about, then one tag a line, the most popular first: nouns of the
prose, a bar, names of the code. A tag without words is at home in another topic.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """What is said about a topic or a tag: nouns in prose, names in code."""

    nouns: tuple[str, ...]
    calls: tuple[str, ...]


@dataclass(frozen=True)
class Topic:
    """A field of questions: its share of them (in any unit), the syntax of its code, topics that lend it tags."""

    name: str
    syntax: str
    share: float
    near: tuple[str, ...]
    lines: str


def list_tags(topic: Topic) -> list[str]:
    """The tags of a topic, most popular first."""
    return [line.partition(":")[0] for line in topic.lines.split("\n") if line and not line.startswith("*")]


def read_words(lines: str) -> dict[str, Words]:
    """The words of a topic ("*") and of the tags at home in it."""
    words = {}
    for tag, colon, rest in (line.partition(": ") for line in lines.split("\n")):
        if colon:
            nouns, _, calls = rest.partition(" | ")
            words[tag] = Words(tuple(nouns.split(", ")), tuple(calls.split(", ")))
    return words


TOPICS = (
    Topic(
        "frontend",
        "javascript",
        26,
        ("node", "services"),
        """
*: page, browser, button, click handler, form, layout, element | console.log, addEventListener, setTimeout
javascript: closure, event listener, callback, object literal, hoisting | querySelector, forEach, bind
jquery: selector, plugin, fade effect, chained call, slider | $.each, $(this).hide, $.ready
reactjs: component, props, hook, virtual tree, child component | useState, useEffect, setProps
html: markup, input tag, table cell, anchor, iframe | innerHTML, getAttribute, outerHTML
css: margin, stylesheet, selector, hover state, media query | classList.add, style.display
typescript: type annotation, generic interface, union type, compiler option | keyof, Partial, as unknown
angular: directive, observable, component, template binding, service injection | ngOnInit, ngFor, subscribe
vue.js: directive, computed property, component, slot, watcher | v-model, $emit, mounted
next.js: server component, page route, static export, hydration | getServerSideProps, useRouter
ajax: request, callback, partial reload, response handler | $.ajax, XMLHttpRequest, onreadystatechange
bootstrap: modal, grid column, navbar, carousel | data-toggle, col-md, btn-primary
redux: store, reducer, action creator, middleware | dispatch, useSelector, createSlice
twitter-bootstrap: navbar, grid column, tooltip, glyph icon | data-toggle, popover
react-hooks: hook, dependency array, stale closure, memo | useMemo, useCallback, useRef
dom: node, event bubbling, child element, mutation | appendChild, parentNode, createElement
webpack: bundle, loader, chunk, source map | module.exports, splitChunks
d3.js: chart, axis, scale, transition, brush | d3.scaleLinear, selectAll, d3.csv
sass: mixin, partial, nested rule, stylesheet | @include, @extend
svg: path, viewport, stroke, gradient | viewBox, createElementNS
flexbox: alignment, wrapping row, gap, container | justify-content, flex-grow
react-router: nested route, redirect, navigation link | useNavigate, Outlet
canvas: pixel, sprite, drawing context, gradient | getContext, fillRect
tailwind-css: utility class, breakpoint, theme colour | space-x, bg-gray""",
    ),
    Topic(
        "python",
        "python",
        11,
        ("algorithms", "pyweb", "data"),
        """
*: script, module, function, interpreter, traceback, print output | print, len, range
python: decorator, generator, list comprehension, indentation, keyword argument | enumerate, __init__, isinstance
python-3.x: print function, byte string, type hint, f-string | super, nonlocal, str.encode
list: sublist, slice, duplicate item, nested list | append, extend, sorted
dictionary: key, nested dictionary, default value, lookup | dict.items, setdefault, defaultdict
tkinter: widget, window, label, grid layout, entry field | tk.Frame, mainloop, pack
selenium: web driver, locator, explicit wait, headless browser | find_element, WebDriverWait, send_keys
web-scraping: scraper, html table, page source, pagination | requests.get, soup.find
beautifulsoup: parser, tag soup, scraper, nested tag | soup.find_all, get_text, soup.select
pip: package, wheel, requirement, installation | pip.main, setup, find_packages
pygame: sprite, game loop, collision, surface | pygame.display, blit, screen.fill
jupyter-notebook: notebook, kernel, cell output, widget | display, get_ipython
pytest: fixture, test case, parametrized test, assertion | pytest.fixture, monkeypatch, conftest
python-asyncio: event loop, coroutine, task, awaitable | asyncio.gather, create_task, run_until_complete
virtualenv: environment, activation script, package | venv.create, sys.prefix
pyqt5: widget, signal, slot, main window | QWidget, connect, setLayout
anaconda: environment, channel, package, kernel | conda.install, environment_yml
discord.py: bot, guild, slash command, reaction | on_message, ctx.send
scrapy: spider, pipeline, crawler, page source | scrapy.Request, parse_item
multiprocessing: worker pool, process, shared memory, queue | Pool.map, Process, cpu_count""",
    ),
    Topic(
        "data",
        "python",
        9,
        ("python", "algorithms"),
        """
*: dataset, column, array, plot, training run, sample | np.array, pd.DataFrame, fit
python
pandas: data frame, groupby, merged column, index, missing value | df.groupby, pd.merge, df.loc
numpy: array, broadcasting, axis, matrix, dtype | np.zeros, reshape, np.where
dataframe: data frame, row filter, column name, pivot | df.apply, reset_index, df.iloc
matplotlib: plot, axis, legend, subplot, colour bar | plt.subplots, set_xlabel, savefig
machine-learning: classifier, feature, training set, accuracy, overfitting | train_test_split, predict
tensorflow: tensor, graph, session, training loop | tf.data, GradientTape, tf.function
keras: layer, epoch, training loop, loss curve | model.compile, Dense, fit_generator
scikit-learn: classifier, pipeline, cross validation, estimator | fit_transform, GridSearchCV, make_pipeline
pytorch: tensor, gradient, batch, data loader | torch.nn, loss.backward, DataLoader
opencv: frame, contour, camera, threshold, image | cv2.imread, findContours, cvtColor
deep-learning: neural network, layer, epoch, batch, gpu | backward, dropout, optimizer
apache-spark: cluster, executor, partition, shuffle, driver | SparkSession, rdd.map, repartition
nlp: token, corpus, sentence, embedding, stemmer | tokenize, nltk.pos_tag, lemmatizer
pyspark: data frame, partition, executor, window | F.col, withColumn, spark.read
seaborn: heat map, palette, plot, facet | sns.heatmap, sns.catplot
scipy: solver, sparse matrix, integral, interpolation | scipy.optimize, interp1d
plotly: chart, hover text, dashboard, trace | px.line, add_trace, update_layout
image-processing: pixel, filter, image, histogram, edge | convolve, resize, threshold
huggingface-transformers: checkpoint, tokenizer, attention mask, embedding | from_pretrained, Trainer
time-series: seasonality, forecast, lag, resampling | resample, rolling, ARIMA
computer-vision: bounding box, detector, image, keypoint | detectMultiScale, warpPerspective""",
    ),
    Topic(
        "llm",
        "python",
        9,  # once it is born
        ("data", "python"),
        """
*: prompt, answer, context window, conversation | invoke, response.content
langchain: chain, retriever, agent, prompt template, vector index, chat memory | LLMChain, as_retriever, from_messages
python""",
    ),
    Topic(
        "pyweb",
        "python",
        4,
        ("python", "sql", "services"),
        """
*: view, route, request, admin site, migration | request.POST, render
django: view, queryset, migration, admin site, url pattern | models.Model, get_queryset, reverse
python
flask: route, blueprint, app context, request | app.route, render_template, jsonify
django-models: foreign key, queryset, migration, related name | ForeignKey, annotate, select_related
django-rest-framework: serializer, viewset, endpoint, permission | ModelSerializer, APIView
sqlalchemy: session, relationship, mapped class, query | session.query, declarative_base, joinedload
fastapi: endpoint, dependency, response schema, background task | Depends, APIRouter, HTTPException
django-forms: form field, clean method, widget, formset | is_valid, cleaned_data
celery: worker, task queue, broker, beat schedule | apply_async, shared_task
jinja2: template, macro, loop variable, filter | render_template, url_for
heroku: dyno, buildpack, deployment, release | gunicorn, Procfile""",
    ),
    Topic(
        "android",
        "kotlin",
        20,
        ("java", "services"),
        """
*: activity, emulator, screen rotation, intent, manifest, device | findViewById, onCreate, getContext
android: activity, intent, broadcast receiver, manifest, toast | startActivity, onResume, getSystemService
kotlin: data class, extension function, lambda, null safety | lateinit, companion, apply
java
flutter: widget, state, hot reload, scaffold, navigator | setState, StatelessWidget, MaterialApp
android-studio: gradle sync, emulator, layout editor, build variant | buildConfig, logcat
firebase: realtime snapshot, collection, auth user, listener | getReference, onDataChange, addSnapshotListener
dart: future, widget, stream, mixin | Future.then, StreamBuilder, late final
android-layout: linear layout, constraint, margin, view group | layout_width, inflate, match_parent
android-fragments: fragment, back stack, transaction, bundle | onCreateView, beginTransaction
android-recyclerview: adapter, view holder, item divider, scrolling list | onBindViewHolder, notifyDataSetChanged
retrofit: endpoint, converter, response callback, interceptor | enqueue, GsonConverterFactory
kotlin-coroutines: coroutine, scope, dispatcher, flow | viewModelScope, launch, withContext
android-room: entity, data access object, migration, live data | RoomDatabase, fallbackToDestructiveMigration
push-notification: notification channel, device token, badge | onMessageReceived, NotificationCompat
react-native: bridge, native module, bundle, component | StyleSheet, FlatList
google-maps: marker, map fragment, coordinate, zoom level | addMarker, LatLng
android-webview: web view, cookie, javascript bridge | loadUrl, setWebViewClient
gradle: build script, dependency, plugin, task | implementation, apply plugin""",
    ),
    Topic(
        "dotnet",
        "csharp",
        9,
        ("services", "algorithms", "sql"),
        """
*: assembly, namespace, controller, window, property, exception | Console.WriteLine, ToString, Task.Run
c#: delegate, extension method, property, nullable reference, event | string.Format, IEnumerable, nameof
.net: assembly, runtime, garbage collector, target framework | AppDomain, Assembly.Load, GetType
asp.net-core: middleware, controller, startup class, dependency injection | AddScoped, UseRouting, IConfiguration
asp.net: web form, postback, session, master page | Page_Load, Response.Redirect, ViewState
asp.net-mvc: controller, razor view, action result, model binding | ActionResult, Html.BeginForm, ViewBag
entity-framework: context, migration, lazy loading, navigation property | DbContext, SaveChanges, Include
wpf: data binding, dispatcher, view model, dependency property | INotifyPropertyChanged, DataContext
linq: query, projection, grouping, deferred execution | Where, GroupBy, SelectMany
winforms: form, data grid, timer, user control | InitializeComponent, DataGridView, Invoke
visual-studio: solution, breakpoint, build error, extension | Debug.Assert, csproj
unity-game-engine: game object, prefab, rigid body, scene, camera | GetComponent, Instantiate, FixedUpdate
vb.net: form, module, text box, data table | MessageBox.Show, Handles, Dim
xamarin: page, renderer, binding, platform project | ContentPage, DependencyService
blazor: component, render mode, cascading parameter, circuit | StateHasChanged, EventCallback
xaml: style, resource dictionary, template, binding | StaticResource, ItemsControl
f#: discriminated union, pattern match, computation expression, pipe | List.fold, Async.RunSynchronously
wcf: service contract, binding, endpoint, proxy | ServiceHost, OperationContract
nuget: package, feed, restore, reference | PackageReference, nuspec
azure: app service, blob, function app, tenant | BlobServiceClient, DefaultAzureCredential""",
    ),
    Topic(
        "java",
        "java",
        8,
        ("algorithms", "services", "sql"),
        """
*: class, interface, exception, bean, constructor, stack trace | System.out.println, getClass, toString
java: inheritance, interface, generic type, checked exception, getter | ArrayList, hashCode, Optional.of
spring-boot: bean, starter, configuration property, auto configuration | SpringApplication, @RestController
spring: bean, application context, aspect, injection | @Autowired, ApplicationContext, getBean
maven: dependency, plugin, artifact, repository | pom.xml, mvn.clean
hibernate: entity, lazy loading, session, mapping | SessionFactory, @OneToMany, persist
multithreading: thread, lock, race condition, executor | synchronized, ExecutorService, join
jpa: entity, repository, transaction, mapping | EntityManager, @JoinColumn, findAll
swing: panel, frame, layout manager, button listener | JPanel, SwingUtilities, repaint
junit: test case, assertion, test runner | assertEquals, @BeforeEach
spring-security: filter chain, login page, role, token | HttpSecurity, UserDetailsService
spring-mvc: controller, view resolver, request mapping | @RequestMapping, ModelAndView
java-stream: stream, collector, lambda, grouping | Collectors.toList, flatMap, stream.filter
javafx: scene, stage, controller, observable list | FXMLLoader, setOnAction
tomcat: servlet, deployment, context path, web archive | HttpServlet, catalina
jackson: mapper, annotation, serializer, property | ObjectMapper, @JsonProperty
mockito: mock, stub, verification, test double | when, verify, @Mock
eclipse: workspace, build path, plugin, perspective | classpath, launch""",
    ),
    Topic(
        "sql",
        "sql",
        7,
        ("php", "dotnet", "algorithms"),
        """
*: table, row, query, column, primary key, record | SELECT, COUNT, WHERE
sql: subquery, aggregate, where clause, duplicate row, select list | DISTINCT, HAVING, EXISTS
mysql: engine, auto increment, foreign key, charset | INNODB, LAST_INSERT_ID, GROUP_CONCAT
sql-server: stored procedure, identity column, linked server, login | NOLOCK, SCOPE_IDENTITY, GETDATE
postgresql: schema, sequence, extension, jsonb column | RETURNING, jsonb_agg, generate_series
database: schema, normalization, transaction, replication, relation | COMMIT, CREATE TABLE, CONSTRAINT
oracle-database: tablespace, sequence, package body, synonym | SYSDATE, DBMS_OUTPUT, NVL
tsql: stored procedure, cursor, temp table, cross apply | DATEADD, ROW_NUMBER, TRY_CONVERT
join: outer join, matching row, cross product | LEFT JOIN, USING, ON
sqlite: database file, pragma, lock, cursor | sqlite3_open, AUTOINCREMENT
group-by: aggregate, grouping, partition, total | SUM, GROUP BY, MAX
stored-procedures: procedure, output parameter, cursor | EXEC, DECLARE, BEGIN TRAN
plsql: package body, trigger, cursor, bulk collect | DBMS_OUTPUT, EXCEPTION, FORALL
window-functions: partition, running total, frame, rank | OVER, LAG, DENSE_RANK
mariadb: engine, replica, charset, dump | ANALYZE, JSON_VALUE
database-design: schema, relation, many to many, surrogate key | REFERENCES, UNIQUE
query-optimization: execution plan, index scan, statistics | EXPLAIN, HINT""",
    ),
    Topic(
        "cpp",
        "cpp",
        6,
        ("algorithms", "shell"),
        """
*: compiler, pointer, header, linker, segmentation fault, memory | printf, sizeof, main
c++: destructor, overload, reference, class template, namespace | std::vector, std::move, operator
c: header, buffer, macro, format specifier, segmentation fault | printf, scanf, malloc
arrays: array, dimension, index, element | length, memcpy, size_t
pointers: pointer, address, dereference, double pointer | nullptr, swap_ptr, addressof
qt: widget, signal, slot, main window | QString, QObject, emit
templates: template parameter, specialization, deduction | typename, enable_if, decltype
c++11: rvalue, lambda, smart pointer, initializer | std::unique_ptr, std::thread, constexpr
struct: member, padding, alignment, nested struct | typedef, offsetof
cmake: target, build folder, generator, toolchain | add_executable, find_package, target_link
c++17: structured binding, fold expression, variant | std::optional, std::string_view, if constexpr
gcc: compiler flag, warning, linker, object file | -Wall, __attribute__
memory-management: leak, heap, allocation, ownership | free, realloc, delete
stl: iterator, container, comparator, map | std::map, std::sort, begin
opengl: shader, vertex buffer, texture, camera | glDrawArrays, glBindBuffer, glUniform
visual-c++: runtime, project setting, library, precompiled header | _CRT_SECURE, afxwin
c++20: concept, range, module, coroutine | std::span, co_await, requires
boost: library, serialization, smart pointer | boost::asio, boost::bind
arduino: sensor, serial port, pin, sketch | digitalWrite, analogRead, Serial.begin
assembly: register, instruction, stack frame, opcode | mov, syscall, jmp""",
    ),
    Topic(
        "php",
        "php",
        5,
        ("frontend", "sql", "services"),
        """
*: page, form, session, include, server | echo, isset, $_POST
php: session, include path, associative array, superglobal | array_map, preg_match, var_dump
laravel: migration, middleware, route, artisan command | Route::get, Auth::user, artisan
mysql
jquery
wordpress: theme, plugin, shortcode, post type | add_action, wp_query, get_post_meta
html
symfony: bundle, service container, form type, twig | getDoctrine, createForm
laravel-eloquent: relation, model, pivot, eager loading | belongsTo, whereHas, with
codeigniter: controller, model, view, helper | $this->load, base_url
composer-php: package, autoload, lock file | vendor_autoload, require_dev
woocommerce: product, cart, checkout, order | wc_get_product, WC_Order
pdo: prepared statement, placeholder, fetch mode | bindParam, fetchAll
phpunit: test case, mock, data provider | assertSame, setUp
doctrine-orm: entity, repository, mapping, proxy | createQueryBuilder, flush""",
    ),
    Topic(
        "node",
        "javascript",
        5,
        ("frontend", "services", "stores"),
        """
*: server, route, package, callback, process | require, process.env, console.error
node.js: stream, event emitter, module, process, callback | require, fs.readFile, process.argv
javascript
reactjs
express: route, middleware, request body, router | app.use, res.send, req.params
npm: package, lock file, registry, script | npm.run, package_json
async-await: async function, promise, sequential loop | await, Promise.all, async
promise: rejection, chain, pending promise | then, catch, Promise.race
socket.io: socket, room, broadcast, handshake | io.emit, socket.on
mongoose: schema, populated field, document, model | findOneAndUpdate, populate, Schema
jestjs: mock, snapshot, test suite, spy | jest.fn, toHaveBeenCalled, beforeEach
nestjs: module, provider, guard, decorator | @Injectable, @Controller
discord.js: bot, guild, slash command, embed | client.on, interaction.reply
puppeteer: headless browser, page, screenshot | page.goto, waitForSelector
electron: main process, renderer, window, packaging | ipcRenderer, BrowserWindow
websocket: socket, frame, handshake, connection | onmessage, ws.send
sequelize.js: model, association, migration | belongsToMany, findAndCountAll""",
    ),
    Topic(
        "devops",
        "yaml",
        5,
        ("shell", "node", "stores"),
        """
*: container, cluster, deployment, pipeline, credential, region | kubectl, image, env
docker: image, container, volume, build layer, entrypoint | docker.run, COPY, EXPOSE
amazon-web-services: instance, role, region, bucket, policy | boto3.client, iam, ec2
kubernetes: pod, cluster, namespace, node, replica | kubectl, configMap, livenessProbe
docker-compose: service, volume, network, override | depends_on, compose_up
jenkins: pipeline, agent, stage, build job | Jenkinsfile, withCredentials
amazon-s3: bucket, object key, presigned link | put_object, getSignedUrl
terraform: provider, state, module, plan | terraform.apply, for_each
nginx: reverse proxy, location block, upstream | proxy_pass, try_files
azure
aws-lambda: handler, cold start, layer, trigger | lambda_handler, event.Records
google-cloud-platform: project, bucket, service account | gcloud, storage_client
azure-devops: pipeline, agent pool, artifact, release | azure-pipelines, PublishBuild
ansible: playbook, inventory, role, handler | with_items, become
github-actions: workflow, runner, secret, matrix | actions_checkout, GITHUB_TOKEN
kubernetes-helm: chart, release, value file | helm.install, _helpers
continuous-integration: build, artifact, stage, agent | before_script, coverage
prometheus: metric, scrape target, alert, label | rate, histogram_quantile""",
    ),
    Topic(
        "shell",
        "shell",
        5,
        ("devops", "algorithms"),
        """
*: command, terminal, directory, permission, script, path | echo, exit, export
linux: kernel, permission, process, mount, user group | chmod, systemctl, lsof
bash: variable, loop, exit code, quoting, subshell | read, set -e, getopts
git: commit, branch, merge conflict, remote, rebase | git.push, git.stash, HEAD
shell: pipe, exit code, environment variable, wildcard | sh -c, xargs, eval
windows: registry, path, service, administrator | regedit, tasklist
powershell: cmdlet, pipeline, module, execution policy | Get-ChildItem, ForEach-Object, Write-Host
ubuntu: package, desktop, upgrade, kernel | apt-get, dpkg
github: pull request, fork, branch, repository | gh.pr, origin
awk: field separator, pattern, column, record | printf, NR, gsub
sed: substitution, pattern, backreference | s///g, sed -i
ssh: key, host, tunnel, known host | ssh-keygen, scp
batch-file: label, variable, loop, command prompt | goto, setlocal, errorlevel
vim: buffer, mapping, plugin, register | nnoremap, autocmd
cron: schedule, job, log, time zone | crontab, flock
macos: finder, permission, homebrew, keychain | brew, launchctl
makefile: target, rule, prerequisite, variable | .PHONY, wildcard
grep: pattern, match, context line | grep -r, egrep""",
    ),
    Topic(
        "ios",
        "swift",
        4,
        ("android", "services", "algorithms"),
        """
*: view controller, simulator, storyboard, device, delegate | viewDidLoad, print, DispatchQueue
ios: simulator, view controller, app delegate, background mode | UIApplication, viewDidLoad, UserDefaults
swift: optional, protocol, closure, extension, enum | guard let, compactMap, Codable
swiftui: view, state, binding, navigation stack | @State, NavigationLink, VStack
xcode: simulator, provisioning profile, scheme, archive | xcodebuild, DerivedData
objective-c: selector, category, pointer, property | NSString, @property, alloc
uitableview: table view, cell, section header, reuse | cellForRowAt, reloadData, dequeueReusableCell
uikit: view, constraint, gesture, storyboard | UIView, addSubview
core-data: managed object, fetch request, context | NSManagedObject, NSFetchRequest
autolayout: constraint, safe area, priority | NSLayoutConstraint, translatesAutoresizing
cocoapods: pod, workspace, dependency | pod_install, use_frameworks
combine: publisher, subscriber, pipeline | sink, AnyCancellable""",
    ),
    Topic(
        "r",
        "r",
        3.5,
        ("data", "algorithms"),
        """
*: data frame, vector, plot, package, factor | library, c, head
r: vector, factor, package, data frame, formula | lapply, paste0, data.frame
ggplot2: plot, legend, facet, axis label, theme | ggplot, aes, geom_point
dplyr: pipe, grouping, summary, column | mutate, group_by, summarise
dataframe
shiny: reactive value, server function, input, dashboard | renderPlot, observeEvent, fluidPage
tidyverse: pipe, nested column, tibble, pivot | pivot_longer, map_dfr, unnest
data.table: key, group, reference, column | fread, .SD, setkey
r-markdown: chunk, document, knitting, header | knitr, kable
regression: coefficient, residual, predictor, intercept | lm, glm, summary
statistics: distribution, variance, sample, confidence interval | t.test, quantile""",
    ),
    Topic(
        "office",
        "vba",
        3,
        ("algorithms", "sql"),
        """
*: worksheet, cell, macro, formula, range, workbook | Range, Cells, Value
excel: worksheet, cell, pivot, conditional format | VLOOKUP, Range, SUMIF
vba: macro, worksheet, user form, loop | Sub, Range, Worksheets
google-sheets: spreadsheet, formula, shared sheet | ARRAYFORMULA, QUERY, IMPORTRANGE
excel-formula: formula, cell reference, lookup | INDEX, MATCH, IFERROR
google-apps-script: trigger, spreadsheet, script editor | SpreadsheetApp, getActiveSheet, doGet
ms-access: report, form, linked table | DLookup, DoCmd
powerbi: dashboard, measure, slicer, visual | CALCULATE, FILTER
dax: measure, filter context, calculated column | CALCULATE, SUMX, EARLIER
pivot-table: pivot, row field, grouping | PivotCache, PivotFields""",
    ),
    Topic(
        "stores",
        "javascript",
        2.5,
        ("node", "devops", "services"),
        """
*: document, index, cluster, replica, client, timeout | connect, insert, find
mongodb: document, collection, aggregation, replica | aggregate, $lookup, insertMany
elasticsearch: index, mapping, analyzer, shard | bulk, match_phrase, aggs
apache-kafka: topic, consumer group, offset, partition | KafkaConsumer, poll, commitSync
redis: key, expiry, cache, pub sub | SETEX, hgetall, EXPIRE
graphql: resolver, schema, mutation, fragment | gql, useQuery, typeDefs
cassandra: keyspace, partition key, replica | cqlsh, QUORUM
rabbitmq: queue, exchange, acknowledgement | basic_publish, prefetch
neo4j: graph, relationship, cypher query | MATCH, MERGE""",
    ),
    Topic(
        "systems",
        "go",
        2,
        ("devops", "cpp", "algorithms"),
        """
*: goroutine, crate, package, compile error, trait | main, err, unwrap
go: goroutine, channel, interface, slice, package | fmt.Println, make, defer
rust: borrow checker, trait, ownership, crate | unwrap, impl, Vec::new
grpc: service, stub, stream, deadline | NewServer, WithInsecure
protocol-buffers: message, field number, schema | protoc, Marshal
lifetime: reference, scope, borrow checker | 'static, as_ref
rust-cargo: crate, feature flag, workspace | cargo.build, Cargo_toml
goroutine: channel, wait group, deadlock | sync.WaitGroup, select""",
    ),
    Topic(
        "ruby",
        "ruby",
        2,
        ("frontend", "sql", "services"),
        """
*: gem, controller, model, block, migration | puts, each, require
ruby-on-rails: migration, controller, asset pipeline, concern | has_many, before_action, form_with
ruby: block, symbol, module, hash, gem | each_with_index, attr_accessor, inject
activerecord: association, scope, callback, model | includes, where, validates
rspec: example, matcher, factory, let block | expect, describe, allow
devise: login, session, confirmation mail | current_user, authenticate_user
rubygems: gem, version, native extension | bundle, gemspec
sidekiq: job, queue, retry, worker | perform_async, sidekiq_options""",
    ),
    Topic(
        "functional",
        "haskell",
        1.5,
        ("java", "algorithms"),
        """
*: type class, pattern, recursion, fold, monad | map, foldr, case
scala: case class, implicit, trait, future | Seq, implicitly, for yield
haskell: monad, type class, laziness, instance | where, fmap, Maybe
functional-programming: higher order function, immutability, composition | compose, foldl, curry
akka: actor, mailbox, supervisor | ActorRef, props
sbt: build definition, plugin, resolver | libraryDependencies, assembly
elixir: process, supervisor, pipe, changeset | GenServer, Enum.map
monads: monad, bind, transformer, do block | return, StateT""",
    ),
    Topic(
        "services",
        "javascript",
        2.5,
        ("node", "pyweb", "java"),
        """
*: response, payload, endpoint, client, status code | fetch, headers, status
json: nested object, array, payload, key, escaped quote | JSON.parse, stringify, json.loads
api: endpoint, api key, rate limit, response, documentation page | fetch, headers, get_json
rest: endpoint, resource, status code, payload, verb | GET, PUT, HttpClient
authentication: login, token, password, session, sign in page | signIn, verify_token
xml: node, namespace, attribute, schema | xpath, getElementsByTagName
http: header, status code, proxy, redirect | Content-Type, HttpRequest
security: certificate, injection, password hash, permission | encrypt, sanitize
oauth-2.0: access token, redirect, scope, client secret | refresh_token, authorize
cors: preflight, origin, header | Access-Control-Allow-Origin, withCredentials
email: attachment, recipient, mail server | sendmail, smtp
file-upload: multipart form, progress bar, file size | FormData, move_uploaded_file
caching: cache, expiry, stale entry | memoize, ETag
soap: envelope, wsdl, namespace, client | SoapClient, wsdl
pdf: page, font, margin, attachment | addPage, drawText""",
    ),
    Topic(
        "algorithms",
        "python",
        2.5,
        ("python", "java", "cpp"),
        """
*: input, character, complexity, index, loop, edge case | split, parse, length
regex: pattern, capture group, lookahead, character class, greedy match | match, replace, re.sub
string: substring, character, whitespace, concatenation, upper case letter | trim, indexOf, toLowerCase
algorithm: complexity, graph, shortest path, search, greedy choice | bfs, binarySearch, memo
arrays
performance: bottleneck, profiling, benchmark, memory, hot path | timeit, cache, measure
unit-testing: mock, test case, coverage, assertion | assertEqual, setUp
loops: iteration, counter, nested loop, break | for, while, continue
csv: delimiter, header row, quote, encoding | read_csv, writerow
sorting: comparator, order, ascending key | sort, compareTo
datetime: time zone, timestamp, offset, date format | strftime, parseDate, toISOString
function: argument, return value, scope, default parameter | return, apply
oop: inheritance, encapsulation, abstract class | extends, super
recursion: base case, call stack, depth | factorial, dfs
encoding: character set, byte order mark, accent | utf8, decode
math: rounding, formula, angle, precision | floor, sqrt
debugging: breakpoint, stack trace, log | assert, trace
design-patterns: singleton, factory, observer | getInstance, notify""",
    ),
)

# The words of "android" once its vocabulary has shifted; the tags stay.
LATER_ANDROID = """
*: composable, preview, recomposition, nav graph, theme, snackbar | setContent, rememberSaveable, LocalContext
android: composable, foldable, splash api, permission rationale, baseline profile | enableEdgeToEdge, registerForResult
kotlin: value class, context receiver, sealed hierarchy, serializer plugin | buildList, runCatching, require
flutter: riverpod provider, sliver, impeller, golden test | ConsumerWidget, GoRouter, CustomScrollView
android-studio: live edit, version catalog, device mirroring, profiler | libs.versions, composeCompiler
firebase: remote config, crash report, app check, emulator suite | fetchAndActivate, callbackFlow, httpsCallable
dart: record pattern, sealed class, isolate, extension type | switch expression, Isolate.run
android-layout: modifier, arrangement, window inset, scaffold slot | fillMaxWidth, Arrangement.spacedBy
android-fragments: destination, nav host, saved state handle, deep link | NavHost, popBackStack
android-recyclerview: lazy column, sticky header, item key, paging source | LazyColumn, collectAsLazyPagingItems
retrofit: suspend endpoint, result wrapper, serialization factory | asConverterFactory, suspendCall
kotlin-coroutines: state flow, supervisor, channel, turbine | stateIn, SharingStarted, flatMapLatest
android-room: upsert, prepackaged schema, multimap, symbol processor | Upsert, AutoMigration
push-notification: runtime permission, live update, topic subscription | POST_NOTIFICATIONS, subscribeToTopic
react-native: fabric renderer, turbo module, hermes engine | TurboModuleRegistry, useColorScheme
google-maps: camera state, cluster item, map composable | rememberCameraPositionState, Clustering
android-webview: custom tab, asset loader, safe browsing | CustomTabsIntent, WebViewAssetLoader
gradle: convention plugin, configuration cache, toolchain | dependencyResolution, jvmToolchain"""

# How people name a tag in a sentence, where it is not the tag without its hyphens.
SPOKEN = {
    "apache-spark": "Spark",
    "c": "C",
    "c#": "C#",
    "c++": "C++",
    "css": "CSS",
    "html": "HTML",
    "javascript": "JavaScript",
    "jquery": "jQuery",
    "mysql": "MySQL",
    "node.js": "Node",
    "postgresql": "Postgres",
    "python": "Python",
    "python-3.x": "Python 3",
    "r": "R",
    "reactjs": "React",
    "ruby-on-rails": "Rails",
    "sql": "SQL",
    "unity-game-engine": "Unity",
    "vue.js": "Vue",
}

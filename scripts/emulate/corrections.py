"""What ministack 1.5.33 does otherwise than AWS, and matters to Kapok, put right.

Each correction is one function that first says what is wrong; it can go when upstream has it right, and test/emulate shows
whether it has. `apply` changes modules of ministack in place, before it serves.
"""

import contextvars
import http.client
import json
import os
import re
import secrets
import signal
import socket
import ssl
import string
import subprocess
import threading
import time
import types

from ministack import app
from ministack.core import iam_actions, iam_evaluator, lambda_runtime
from ministack.core.responses import _request_account_id, _request_region
from ministack.services import apigateway, cloudfront, cognito, dynamodb, eventbridge, iam, lambda_svc
from ministack.services.cloudformation import engine, provisioners


def apply() -> None:
    for correction in CORRECTIONS:
        correction()


# This machine


def port_443_is_left_alone() -> None:
    """Where it may, the emulator also listens on port 443, so that a second one, or a web server, is in its way."""
    app._port_is_bindable = lambda host, port: False


def health_belongs_to_the_api() -> None:
    """`GET /health` is taken on every host, the deployed API's included."""
    app._HEALTH_PATHS = ("/_ministack/health",)


# IAM


def principal_arn_of_a_session_is_its_role() -> None:
    """`aws:PrincipalArn` of a role's session is the session's ARN, where AWS gives the role's: a policy that denies all but
    one role then denies that one too."""
    resolve = iam_evaluator._resolve_condition_key

    def resolve_as_aws(key, context):
        value = resolve(key, context)
        if key.lower() != "aws:principalarn":
            return value
        session = re.fullmatch(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([^/]+)/.+", str(value))
        if session is None:
            return value
        partition, account, name = session.groups()
        role = iam._roles.get_scoped(account, None, name)
        return role["Arn"] if role else f"arn:{partition}:iam::{account}:role/{name}"

    iam_evaluator._resolve_condition_key = resolve_as_aws


def keys_know_what_they_sign() -> None:
    """`kms:SigningAlgorithm` and `kms:MessageType` are unknown, so that a statement with one of them never allows."""
    tags = iam_actions.request_tag_context

    def context(service, action, body, parameters):
        found = tags(service, action, body, parameters)
        if action in ("kms:Sign", "kms:Verify"):
            request = _json(body)
            found = {
                **found,
                "kms:SigningAlgorithm": request.get("SigningAlgorithm"),
                "kms:MessageType": request.get("MessageType") or "RAW",
            }
        return found

    iam_actions.request_tag_context = context


def leading_keys_are_known() -> None:
    """`dynamodb:LeadingKeys` is unknown, so that `ForAllValues` with it allows everything. In a transaction each item is
    authorized with its own key."""
    service_context, transaction_checks = iam_actions.dynamodb_service_context, iam_actions.dynamodb_transaction_checks
    enforce = iam_evaluator.enforce

    class TableOfItem(str):
        """The ARN of a table, and the leading key of the item in it that a transaction touches."""

        leading_keys: list

    def with_leading_keys(body):
        keys = _leading_keys(_json(body))
        return {**service_context(body), **({"dynamodb:LeadingKeys": keys} if keys else {})}

    def checks_of_items(action, body, region, account):
        checks = transaction_checks(action, body, region, account)
        parts = [part for item in _json(body).get("TransactItems", []) for part in item.values()]
        if len(parts) != len(checks):
            return checks
        named = []
        for (item_action, arn), part in zip(checks, parts):
            table = TableOfItem(arn)
            table.leading_keys = _leading_keys(part)
            named.append((item_action, table))
        return named

    def enforce_with_item(*args, resource_arn="*", service_context=None, **keywords):
        if isinstance(resource_arn, TableOfItem):
            service_context = {**(service_context or {}), "dynamodb:LeadingKeys": resource_arn.leading_keys}
        return enforce(*args, resource_arn=resource_arn, service_context=service_context, **keywords)

    iam_actions.dynamodb_service_context = with_leading_keys
    iam_actions.dynamodb_transaction_checks = checks_of_items
    iam_evaluator.enforce = enforce_with_item


def _leading_keys(request: dict) -> list:
    """The partition keys that a request, or one part of a transaction, names."""
    tables = request.get("RequestItems")
    if isinstance(tables, dict):
        return [key for name, part in tables.items() for row in _rows_of_batch(part) for key in _key_of(name, row)]
    name = str(request.get("TableName", ""))
    row = request.get("Key") or request.get("Item")
    return _key_of(name, row) if isinstance(row, dict) else _key_of_query(name, request)


def _rows_of_batch(part) -> list:
    """Of BatchGetItem's and BatchWriteItem's forms."""
    if isinstance(part, dict):
        return part.get("Keys", [])
    return [change.get("Key") or change.get("Item") or {} for row in part for change in row.values()]


def _key_of(table_name: str, row: dict) -> list:
    table = dynamodb._tables.get(table_name.rsplit("/", 1)[-1])
    value = row.get(table["pk_name"]) if table else None
    return [str(next(iter(value.values())))] if isinstance(value, dict) and value else []


def _key_of_query(table_name: str, request: dict) -> list:
    """A query compares one attribute with `=` that is not the sort key's: the partition key of the table or index."""
    table = dynamodb._tables.get(table_name.rsplit("/", 1)[-1])
    condition = request.get("KeyConditionExpression")
    if not table or not isinstance(condition, str):
        return []
    schemas = [table["KeySchema"]] + [index["KeySchema"] for index in table.get("GlobalSecondaryIndexes") or []]
    partition_keys = {part["AttributeName"] for schema in schemas for part in schema if part["KeyType"] == "HASH"}
    names, values = request.get("ExpressionAttributeNames") or {}, request.get("ExpressionAttributeValues") or {}
    for name, value in re.findall(r"([#\w.-]+)\s*=\s*(:\w+)", condition):
        if names.get(name, name) in partition_keys and value in values:
            return [str(next(iter(values[value].values())))]
    return []


def _json(body) -> dict:
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def role_may(role_arn: str, action: str, resource_arn: str) -> bool:
    """Whether a function's role may do something that Lambda does in its name."""
    account, name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    context = iam_evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{account}:assumed-role/{name}/lambda",
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource_arn,
        region=resource_arn.split(":")[3],
        secure_transport=True,
    )
    return iam_evaluator.evaluate(context, iam_evaluator._gather_role_policies(name, account)).decision == "Allow"


def service_may_invoke(function: dict, service: str, source_arn: str) -> bool:
    """Whether the function's own policy lets a service of AWS invoke it for this source."""
    config = function.get("config") or function
    arn = config["FunctionArn"]
    account = arn.split(":")[4]
    context = iam_evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{account}:service/{service}",
        principal_type="Service",
        principal_account=account,
        action="lambda:InvokeFunction",
        resource_arn=arn,
        region=arn.split(":")[3],
        service_context={"aws:sourcearn": source_arn, "aws:sourceaccount": account},
    )
    policy = function.get("policy") or {}
    return iam_evaluator.evaluate_resource_policy(policy, context, service=service).decision == "Allow"


def gateways_need_permission_to_invoke() -> None:
    """API Gateway invokes a function whose own policy does not let it. AWS answers 500."""
    invoke = apigateway._invoke_lambda_proxy

    async def invoke_if_allowed(integration, api_id, stage, path, method, *args, **keywords):
        account, region = keywords.get("owner_account_id"), keywords.get("owner_region")
        reference = apigateway._extract_lambda_ref_from_integration_uri(integration.get("integrationUri", ""))
        function, _, _ = lambda_svc._get_func_record_for_ref_in_scope(reference, account_id=account, region=region)
        route_key = args[3] if len(args) > 3 else keywords.get("route_key", "$default")
        route_method, _, route = route_key.rpartition(" ")
        called = "$default" if route == "$default" else f"{route_method.replace('ANY', '*')}{route}"
        source = f"arn:aws:execute-api:{region}:{account}:{api_id}/{stage}/{called}"
        if function is not None and not service_may_invoke(function, "apigateway.amazonaws.com", source):
            return 500, {"content-type": "application/json"}, INTERNAL_SERVER_ERROR.encode()
        return await invoke(integration, api_id, stage, path, method, *args, **keywords)

    apigateway._invoke_lambda_proxy = invoke_if_allowed


def rules_invoke_as_lambda_asks() -> None:
    """EventBridge invokes a function once, and also one whose own policy does not let it. AWS invokes asynchronously, with
    the retries and the destination of the function's configuration, and drops the event of a rule that may not."""
    invoke_target = eventbridge._invoke_target
    rule_arn = contextvars.ContextVar("rule_arn", default="")

    def invoke_target_of_rule(target, event, rule, *args, **keywords):
        token = rule_arn.set(rule.get("Arn", ""))
        try:
            return invoke_target(target, event, rule, *args, **keywords)
        finally:
            rule_arn.reset(token)

    def dispatch_if_allowed(arn, payload):
        function, config, _ = lambda_svc._get_func_record_for_ref(arn)
        if function is None or not service_may_invoke(function, "events.amazonaws.com", rule_arn.get()):
            eventbridge.logger.warning("EventBridge may not invoke %s for %s", arn, rule_arn.get())
            return
        record = lambda_svc._execution_record_for_config(function, config)
        lambda_svc.invoke_async_with_retry(record, json.loads(payload))

    eventbridge._invoke_target = invoke_target_of_rule
    eventbridge._dispatch_to_lambda = dispatch_if_allowed


def streams_and_destinations_need_permission() -> None:
    """A mapping, or the destination of asynchronous calls, is made where the function's role may neither read the stream
    nor send to the queue. AWS refuses it, in these words."""
    put = lambda_svc._put_event_invoke_config
    mappings = provisioners._RESOURCE_HANDLERS["AWS::Lambda::EventSourceMapping"]
    create, update = mappings["create"], mappings["update"]

    def role_of(function_name):
        name, _ = lambda_svc._resolve_name_and_qualifier(function_name)
        return lambda_svc._functions[name]["config"]["Role"] if name in lambda_svc._functions else None

    def fault(role, request):
        stream = request.get("EventSourceArn", "")
        reading = ("GetRecords", "GetShardIterator", "DescribeStream")
        if ":dynamodb:" in stream and not all(role_may(role, f"dynamodb:{action}", stream) for action in reading):
            return (
                f"Cannot access stream {stream}. Please ensure the role can perform the GetRecords, GetShardIterator, "
                "DescribeStream, and ListStreams Actions on your stream in IAM."
            )
        queue = ((request.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination", "")
        if ":sqs:" in queue and not role_may(role, "sqs:SendMessage", queue):
            return f"The function's execution role does not have permissions to call SendMessage on {queue}"
        return None

    def put_if_allowed(name, qualifier, data):
        role = role_of(name)
        text = fault(role, data) if role else None
        return lambda_svc._invalid_parameter_value(text) if text else put(name, qualifier, data)

    def check(properties):
        role = role_of(properties.get("FunctionName", ""))
        text = fault(role, properties) if role else None
        if text:
            raise ValueError(text)

    def create_if_allowed(logical_id, properties, *args, **keywords):
        check(properties)
        return create(logical_id, properties, *args, **keywords)

    def update_if_allowed(physical_id, old, new, *args, **keywords):
        check(new)
        return update(physical_id, old, new, *args, **keywords)

    lambda_svc._put_event_invoke_config = put_if_allowed
    mappings["create"], mappings["update"] = create_if_allowed, update_if_allowed


def logs_need_permission() -> None:
    """What a function says is logged even where its role may not write to the log."""
    emit = lambda_svc._emit_lambda_logs

    def emit_if_allowed(function, *args, **keywords):
        config = function.get("config") or function
        _, _, _, region, account, *_ = config["FunctionArn"].split(":")
        group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{config['FunctionName']}"
        arn = f"arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:any"
        if role_may(config["Role"], "logs:PutLogEvents", arn):
            emit(function, *args, **keywords)

    lambda_svc._emit_lambda_logs = emit_if_allowed


def client_secrets_are_plain() -> None:
    """The secret of a client holds `+` and `/`, which clients spoil that put it into a form as it is. AWS's has only small
    letters and digits."""
    alphabet = string.ascii_lowercase + string.digits
    cognito._client_secret = lambda: "".join(secrets.choice(alphabet) for _ in range(52))


# Lambda


def functions_see_their_own_environment() -> None:
    """A function's process inherits the emulator's whole environment, which would hide that a variable is missing."""
    meant = r"PATH|HOME|LANG|TZ|TMPDIR|AWS_ENDPOINT_URL|NODE_.*|HTTPS_PROXY|NO_PROXY"
    hidden = {name for name in os.environ if not re.fullmatch(meant, name)}

    class Popen(subprocess.Popen):
        def __init__(self, *args, env=None, **keywords):
            if env is not None:
                env = {name: value for name, value in env.items() if name not in hidden or value != os.environ.get(name)}
            super().__init__(*args, env=env, **keywords)

    seen = types.SimpleNamespace(**vars(subprocess))
    seen.Popen = Popen
    lambda_runtime.subprocess = seen


def warm_calls_do_not_wait_for_logs() -> None:
    """Each warm call waits up to 50 ms for a first line of log. What comes later is still read with the next call."""
    drain = lambda_runtime.Worker._drain_stderr_bounded
    drain.__defaults__ = (0.002, *drain.__defaults__[1:])


def environments_outlive_errors() -> None:
    """A function's process is killed where its handler throws, and the error has neither its type nor its trace. On AWS the
    same process goes on, with whatever it remembers, and the caller, or a dead letter, is told all of it."""
    script = lambda_runtime._NODEJS_WORKER_SCRIPT
    thrown = contextvars.ContextVar("thrown")
    for said, error in (
        ('status: "error", error: String(err.message || err), trace: err.stack || ""', "err"),
        ('status: "error", error: e.message, trace: e.stack', "e"),
    ):
        assert said in script
        told = f"errorType: {error}?.name ?? typeof {error}, errorMessage: String({error}?.message ?? {error})"
        trace = f'trace: String({error}?.stack ?? "").split("\\n")'
        script = script.replace(said, f'status: "ok", thrown: {{ {told}, {trace} }}')
    lambda_runtime._NODEJS_WORKER_SCRIPT = script
    invoke, execute = lambda_runtime.Worker.invoke, lambda_svc._execute_function_warm

    def invoke_and_keep(self, *args, **keywords):
        result = invoke(self, *args, **keywords)
        error = result.pop("thrown", None)
        thrown.set(error)
        if error is None:
            return result
        return {**result, "status": "error", "error": error["errorMessage"], "trace": "\n".join(error["trace"])}

    def execute_and_tell(*args, **keywords):
        thrown.set(None)
        result = execute(*args, **keywords)
        error = thrown.get()
        return result if error is None else {**result, "body": error}

    lambda_runtime.Worker.invoke = invoke_and_keep
    lambda_svc._execute_function_warm = execute_and_tell


def environments_freeze_between_calls() -> None:
    """A function's process goes on when it has answered, which would hide that something is not waited for. On AWS it
    stands still until the next call."""
    invoke, end = lambda_runtime.Worker.invoke, lambda_runtime._signal

    def send(process, number):
        if process is not None and process.poll() is None:
            process.send_signal(number)

    def invoke_thawed(self, *args, **keywords):
        send(self._proc, signal.SIGCONT)
        try:
            return invoke(self, *args, **keywords)
        finally:
            send(self._proc, signal.SIGSTOP)

    def end_thawed(process):
        end(process)
        send(process, signal.SIGCONT)

    lambda_runtime.Worker.invoke = invoke_thawed
    lambda_runtime._signal = end_thawed


def chains_of_invocations_are_counted() -> None:
    """Lambda stops a function that was invoked some 16 times in one chain of calls, by itself or through others, unless its
    template says `RecursiveLoop: Allow`. It knows chains by the trace header that the SDK passes on; the emulator gives no
    such header to functions, and drops that property of a template."""

    def trace_of_this_chain(config, inbound=None):
        root = f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
        depth = lambda_svc._invoke_depth.get()
        return f"Root={root};Parent={secrets.token_hex(8)};Sampled=0;Lineage=1:{root[-8:]}:{depth}"

    def depth_of(headers):
        lineage = re.search(r"Lineage=\d+:[0-9a-f]+:(\d+)", headers.get("x-amzn-trace-id", ""))
        return int(lineage.group(1)) if lineage else 0

    handler = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]
    create, update = handler["create"], handler["update"]

    def keep(made, properties):
        lambda_svc._functions[made[0]]["recursive_loop"] = properties.get("RecursiveLoop") or "Terminate"
        return made

    lambda_svc._xray_trace_id_for_invocation = trace_of_this_chain
    lambda_svc._inbound_invoke_depth = depth_of
    handler["create"] = lambda logical_id, properties, *args, **keywords: keep(
        create(logical_id, properties, *args, **keywords), properties
    )
    handler["update"] = lambda physical_id, old, new, *args, **keywords: keep(
        update(physical_id, old, new, *args, **keywords), new
    )


def starting_takes_ten_seconds_at_most() -> None:
    """A function whose code hangs while it is loaded hangs for ever, and with it a deployment that waits for it."""
    spawn = lambda_runtime.Worker._spawn

    def spawn_in_time(self):
        def give_up():
            if self._proc is not None:
                self._proc.kill()

        timer = threading.Timer(max(10, self.config.get("Timeout", 3)), give_up)
        timer.start()
        try:
            spawn(self)
        finally:
            timer.cancel()

    lambda_runtime.Worker._spawn = spawn_in_time


# HTTP API

INTERNAL_SERVER_ERROR = '{"message":"Internal Server Error"}'


def http_api_answers_as_aws() -> None:
    """An HTTP API answers 502 with the function's error, and 429 where the function is throttled. AWS answers 500 and says
    nothing of the error, and 503."""
    shape = lambda_svc.lambda_execute_result_to_api_proxy_response

    def answer(status, text):
        return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": text}, None

    def shape_as_aws(result, *args, **keywords):
        if result.get("throttle"):
            return answer(503, '{"message":"Service Unavailable"}')
        if result.get("error"):
            return answer(500, INTERNAL_SERVER_ERROR)
        return shape(result, *args, **keywords)

    lambda_svc.lambda_execute_result_to_api_proxy_response = shape_as_aws


def http_api_events_have_cookies() -> None:
    """An event of payload format 2.0 has cookies among its headers, and `pathParameters: null`. AWS gives them as
    `cookies`, and leaves out what there is none of."""
    execute = lambda_svc._execute_function_with_config_scope

    def execute_with_cookies(function, event):
        if isinstance(event, dict) and event.get("version") == "2.0" and "rawPath" in event and "type" not in event:
            cookies = event["headers"].pop("cookie", None)
            if cookies:
                event["cookies"] = [cookie.strip() for cookie in cookies.split(";")]
            if event.get("pathParameters") is None:
                event.pop("pathParameters", None)
        return execute(function, event)

    lambda_svc._execute_function_with_config_scope = execute_with_cookies


# Streams of DynamoDB


def filters_match_what_is_absent() -> None:
    """`{"decision": {"M": [{"exists": false}]}}` does not match a record without `decision`."""
    match = lambda_svc._match_esm_filter

    def match_absent(record, pattern):
        if not isinstance(pattern, dict):
            return False
        missing = {key: {} for key, part in pattern.items() if isinstance(part, dict) and key not in record}
        return match({**record, **missing}, pattern)

    lambda_svc._match_esm_filter = match_absent


def streams_are_delivered_as_documented() -> None:
    """Stream mappings ignore partial failures, retry attempts, bisection and parallelization, never give a record up, all
    wait for one another, and are read whenever there is something: Lambda reads a shard four times a second."""
    deliveries = {}

    def look() -> bool:
        began = False
        for account, region, mapping in lambda_svc._iter_all_esms():
            _request_account_id.set(account)
            _request_region.set(region)
            if mapping.get("Enabled", True) and ":dynamodb:" in mapping["EventSourceArn"]:
                delivery = deliveries.setdefault(mapping["UUID"], StreamDelivery(mapping))
                began = delivery.begin() or began
        return began

    lambda_svc._poll_dynamodb_streams = lambda: contextvars.copy_context().run(look)


class StreamDelivery:
    """Delivers one mapping's records: in order for each item, in as many lanes as its ParallelizationFactor."""

    # How far a lane looks ahead for records of its own.
    REACH = 10_000
    FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
    # Between two readings; a run that slows everything down slows this too.
    READING_SECONDS = float(os.environ.get("EMULATOR_STREAM_SECONDS", "0.25"))

    def __init__(self, mapping: dict):
        self.mapping = mapping
        self.table = mapping["EventSourceArn"].split(":table/")[1].split("/")[0]
        start = lambda_svc._dynamodb_stream_positions.get(mapping["UUID"])
        start = dynamodb.stream_end_position(self.table) if start is None else start
        self.lanes = [Lane(start) for _ in range(mapping.get("ParallelizationFactor") or 1)]

    def begin(self) -> bool:
        """Starts whatever lane has something to do and does nothing yet."""
        table = dynamodb._tables.get(self.table)
        if not table or table.get("LatestStreamArn") != self.mapping["EventSourceArn"]:
            return False
        factor = self.mapping.get("ParallelizationFactor") or 1
        if len(self.lanes) != factor and not any(lane.busy for lane in self.lanes):
            self.lanes = [Lane(min(lane.position for lane in self.lanes)) for _ in range(factor)]
        began = False
        for number, lane in enumerate(self.lanes):
            if lane.busy or not lane.may_read(self.READING_SECONDS):
                continue
            batch, end = self._next_batch(number, lane)
            if not batch:
                lane.position = end
                continue
            if self._gathers(lane, batch):
                continue
            lane.busy, lane.gathering_since, began = True, None, True
            run = contextvars.copy_context().run
            threading.Thread(target=run, args=(self._deliver, lane, batch, end), daemon=True).start()
        return began

    def _next_batch(self, number: int, lane: "Lane") -> tuple:
        """What passes the filters of this lane's records, and the position behind the last one that was looked at."""
        position = max(lane.position, dynamodb.stream_start_position(self.table))
        batch = []
        for record in dynamodb.stream_records_since(self.table, position, self.REACH):
            if len(batch) == self.mapping.get("BatchSize", 100):
                break
            position += 1
            keys = json.dumps(record["dynamodb"]["Keys"], sort_keys=True)
            if hash(keys) % len(self.lanes) == number:
                batch += lambda_svc._apply_filter_criteria([record], self.mapping)
        return batch, position

    def _gathers(self, lane: "Lane", batch: list) -> bool:
        """Whether a batch that is not full waits for more."""
        window = self.mapping.get("MaximumBatchingWindowInSeconds") or 0
        if window == 0 or len(batch) == self.mapping.get("BatchSize", 100):
            return False
        lane.gathering_since = lane.gathering_since or time.monotonic()
        return time.monotonic() - lane.gathering_since < window

    def _deliver(self, lane: "Lane", batch: list, end: int) -> None:
        try:
            attempts = self.mapping.get("MaximumRetryAttempts", -1)
            if self._through(batch, attempts):
                lane.position = end
        except Exception:
            lambda_svc.logger.exception("a batch of %s cannot be delivered", self.table)
            time.sleep(self.LONGEST_PAUSE)
        finally:
            lane.busy = False
            lambda_svc.esm_wake.set()

    def _through(self, batch: list, retries: int) -> bool:
        """Whether these records are done with, one way or the other; not where the mapping is gone first."""
        pause = self.FIRST_PAUSE
        while batch:
            if not self._lives():
                return False
            young = [record for record in batch if not self._too_old(record)]
            if len(young) < len(batch):
                self._give_up([record for record in batch if record not in young], {}, "MaxRecordAgeExceeded")
                batch = young
                continue
            function, _ = lambda_svc._get_func_record_for_qualifier(
                self.mapping["FunctionName"], self.mapping.get("Qualifier")
            )
            if function is None:
                return False
            result = lambda_svc._execute_function(function, {"Records": batch})
            batch = self._failed(batch, result)
            if not batch:
                self.mapping["LastProcessingResult"] = "OK"
                return True
            self.mapping["LastProcessingResult"] = "PROBLEM: Function call failed"
            if self.mapping.get("BisectBatchOnFunctionError") and len(batch) > 1:
                middle = len(batch) // 2  # A split does not count as a retry.
                return self._through(batch[:middle], retries) and self._through(batch[middle:], retries)
            if retries == 0:
                self._give_up(batch, result, "RetryAttemptsExhausted")
                return True
            retries -= 1
            time.sleep(pause)
            pause = min(pause * 2, self.LONGEST_PAUSE)
        return True

    def _failed(self, batch: list, result: dict) -> list:
        """What has to be delivered again: everything, or, where the mapping asks for it, from the first that failed on."""
        if result.get("error"):
            return batch
        if "ReportBatchItemFailures" not in (self.mapping.get("FunctionResponseTypes") or []):
            return []
        body = result.get("body")
        body = _json(body) if isinstance(body, (str, bytes)) else body
        failures = body.get("batchItemFailures") if isinstance(body, dict) else None
        if not failures:
            return []
        places = {record["dynamodb"]["SequenceNumber"]: place for place, record in enumerate(batch)}
        failed = [places.get(failure.get("itemIdentifier")) for failure in failures]
        return batch if None in failed else batch[min(failed):]

    def _too_old(self, record: dict) -> bool:
        oldest = self.mapping.get("MaximumRecordAgeInSeconds", -1)
        return 0 < oldest < time.time() - record["dynamodb"]["ApproximateCreationDateTime"]

    def _give_up(self, batch: list, result: dict, condition: str) -> None:
        function = lambda_svc._functions.get(self.mapping["FunctionName"]) or {}
        role = (function.get("config") or {}).get("Role")
        queue = ((self.mapping.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination", "")
        if role and (":sqs:" not in queue or role_may(role, "sqs:SendMessage", queue)):
            stream = self.mapping["EventSourceArn"]
            lambda_svc._send_ddb_stream_failure_record(self.mapping, function, batch, stream, result, condition)

    def _lives(self) -> bool:
        return self.mapping["UUID"] in lambda_svc._esms and self.mapping.get("Enabled", True)


class Lane:
    """One of the deliveries of a mapping that go on side by side."""

    def __init__(self, position: int):
        self.position = position
        self.busy = False
        self.gathering_since = None
        self.next_reading = 0.0
        self.waits = False

    def may_read(self, pause: float) -> bool:
        """Whether it is time to read again; where it is not, somebody looks when it is."""
        left = self.next_reading - time.monotonic()
        if left <= 0:
            self.next_reading += pause - left
            self.waits = False
            return True
        if not self.waits:
            self.waits = True
            timer = threading.Timer(left, lambda_svc.esm_wake.set)
            timer.daemon = True
            timer.start()
        return False


# CloudFormation


def outputs_are_read_from_their_region() -> None:
    """`Fn::GetStackOutput` looks for the other stack in the reader's own region, whatever its `Region` says."""
    resolve = engine._resolve_refs

    def resolve_there(value, resources, params, conditions, mappings, stack_name, stack_id):
        rest = (resources, params, conditions, mappings, stack_name, stack_id)
        spec = value.get("Fn::GetStackOutput") if isinstance(value, dict) else None
        region = resolve(spec["Region"], *rest) if isinstance(spec, dict) and "Region" in spec else None
        if region is None:
            return resolve(value, *rest)
        here = _request_region.set(region)
        try:
            return resolve(value, *rest)
        finally:
            _request_region.reset(here)

    engine._resolve_refs = resolve_there


def logs_of_the_edge_can_be_asked_for() -> None:
    """What delivers the logs of CloudFront and WAF is unknown, and a stack that has it fails. Here it is made, and nothing is
    ever delivered: there are no such logs."""

    def create(logical_id, properties, stack_name):
        name = properties.get("Name") or f"{stack_name}-{logical_id}"
        return name, {"Arn": f"arn:aws:logs:{_request_region.get()}:{_request_account_id.get()}:edge-log:{name}"}

    for kind in ("Logs::DeliverySource", "Logs::DeliveryDestination", "Logs::Delivery", "WAFv2::LoggingConfiguration"):
        provisioners._RESOURCE_HANDLERS[f"AWS::{kind}"] = {"create": create, "delete": lambda *_: None}


# CloudFront


def origins_of_aws_are_found_here() -> None:
    """An origin that is an HTTP API is refused, since its name would lead to AWS: it leads to this very emulator."""
    forward = cloudfront._forward_to_origin
    port = int(os.environ["GATEWAY_PORT"])
    trusted = ssl.create_default_context(cafile=os.path.join(os.environ["HOME"], "authority.pem"))

    class Connection(http.client.HTTPSConnection):
        def connect(self):
            plain = socket.create_connection(("127.0.0.1", port), self.timeout)
            self.sock = trusted.wrap_socket(plain, server_hostname=self.host)

    def forward_here(origin, method, uri, query, headers, body, *viewer):
        host = origin["domain_name"].split(":")[0]
        if ".execute-api." not in host:
            return forward(origin, method, uri, query, headers, body, *viewer)
        connection = Connection(host, timeout=origin.get("read_timeout", 30))
        sent = cloudfront._origin_request_headers(origin, headers, *viewer[1:])
        try:
            connection.request(method, uri + (f"?{query}" if query else ""), body=body or None, headers=sent)
            answer = connection.getresponse()
            return answer.status, answer.reason, answer.getheaders(), answer.read()
        except TimeoutError as error:
            raise cloudfront.OriginTimeout(str(error)) from error
        except OSError as error:
            raise cloudfront.OriginUnreachable(str(error)) from error
        finally:
            connection.close()

    cloudfront._forward_to_origin = forward_here


CORRECTIONS = [
    port_443_is_left_alone,
    health_belongs_to_the_api,
    principal_arn_of_a_session_is_its_role,
    keys_know_what_they_sign,
    leading_keys_are_known,
    gateways_need_permission_to_invoke,
    rules_invoke_as_lambda_asks,
    streams_and_destinations_need_permission,
    logs_need_permission,
    client_secrets_are_plain,
    functions_see_their_own_environment,
    warm_calls_do_not_wait_for_logs,
    environments_outlive_errors,
    environments_freeze_between_calls,
    chains_of_invocations_are_counted,
    starting_takes_ten_seconds_at_most,
    http_api_answers_as_aws,
    http_api_events_have_cookies,
    filters_match_what_is_absent,
    streams_are_delivered_as_documented,
    outputs_are_read_from_their_region,
    logs_of_the_edge_can_be_asked_for,
    origins_of_aws_are_found_here,
]

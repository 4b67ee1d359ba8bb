"""What ministack 1.5.33 does otherwise than AWS, and matters to Kapok, put right.

Each correction is one function that says in its first words what is wrong; it can go when upstream has it right, and
test/emulate shows whether it has. `apply` changes modules of ministack in place before it serves.
"""

import json

from ministack import app
from ministack.core import iam_actions, iam_evaluator, lambda_runtime
from ministack.services import apigateway, lambda_svc, s3, secretsmanager
from ministack.services.cloudformation import provisioners


def apply() -> None:
    for correction in CORRECTIONS:
        correction()


def port_443_is_left_alone() -> None:
    """Where it may, the emulator also listens on port 443, so that a second one, or a web server, is in its way."""
    app._port_is_bindable = lambda host, port: False


def health_belongs_to_the_api() -> None:
    """`GET /health` and `/_localstack/health` are taken on every host, the deployed API's included."""
    app._HEALTH_PATHS = ("/_ministack/health",)


def error_of_a_function_is_500() -> None:
    """An HTTP API answers 502 with the function's error where AWS answers 500 and says nothing of it."""
    shape = lambda_svc.lambda_execute_result_to_api_proxy_response

    def shape_as_aws(result, *args, **keywords):
        response, extra = shape(result, *args, **keywords)
        if result.get("error") and response.get("statusCode") == 502:
            response = {
                "statusCode": 500,
                "headers": {"content-type": "application/json"},
                "body": '{"message":"Internal Server Error"}',
            }
        return response, extra

    lambda_svc.lambda_execute_result_to_api_proxy_response = shape_as_aws


def warm_calls_do_not_wait_for_logs() -> None:
    """Each warm call waits up to 50 ms for a first line of log. What comes later is still read with the next call."""
    drain = lambda_runtime.Worker._drain_stderr_bounded
    drain.__defaults__ = (0.002, *drain.__defaults__[1:])


def secrets_are_named_by_arn() -> None:
    """`Ref` of an AWS::SecretsManager::Secret gives its name where AWS gives its ARN."""
    handler = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    create, update, delete = handler["create"], handler["update"], handler["delete"]

    def name_of(arn):
        return next((name for name, secret in secretsmanager._secrets.items() if secret["ARN"] == arn), arn)

    def create_with_arn(*args):
        _, attributes = create(*args)
        return attributes["Arn"], attributes

    def update_with_arn(arn, *args, **keywords):
        _, attributes = update(name_of(arn), *args, **keywords)
        return attributes["Arn"], attributes

    handler["create"], handler["update"] = create_with_arn, update_with_arn
    handler["delete"] = lambda arn, *args: delete(name_of(arn), *args)


def buckets_keep_their_tags() -> None:
    """Tags of an AWS::S3::Bucket are dropped, and CDK's autoDeleteObjects asks for one when a stack is destroyed."""
    handler = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]
    create = handler["create"]

    def create_with_tags(logical_id, properties, *args, **keywords):
        name, attributes = create(logical_id, properties, *args, **keywords)
        if properties.get("Tags"):
            s3._bucket_tags[name] = {tag["Key"]: tag["Value"] for tag in properties["Tags"]}
        return name, attributes

    handler["create"] = create_with_tags


def cors_of_a_template_counts() -> None:
    """CORS of an AWS::ApiGatewayV2::Api is kept in the template's spelling and then not found."""
    preflight, headers = apigateway._cors_preflight_response, apigateway._cors_response_headers

    def lower(cors):
        return {key[0].lower() + key[1:]: value for key, value in (cors or {}).items()}

    apigateway._cors_preflight_response = lambda cors, *args: preflight(lower(cors), *args)
    apigateway._cors_response_headers = lambda cors, *args: headers(lower(cors), *args)


def a_session_has_its_roles_arn() -> None:
    """`aws:PrincipalArn` of a role's session is the session's ARN where AWS gives the role's: a key's policy then denies all."""
    resolve = iam_evaluator._resolve_condition_key

    def resolve_as_aws(key, context):
        value = resolve(key, context)
        if key.lower() != "aws:principalarn" or ":assumed-role/" not in str(value):
            return value
        account, role = value.split(":")[4], value.split(":assumed-role/")[1].split("/")[0]
        return f"arn:aws:iam::{account}:role/{role}"

    iam_evaluator._resolve_condition_key = resolve_as_aws


def policies_see_what_is_signed_and_which_items() -> None:
    """`kms:SigningAlgorithm`, `kms:MessageType` and `dynamodb:LeadingKeys` are never there for a policy to look at."""
    tags_of = iam_actions.request_tag_context

    def keys_of(service, iam_action, body, parameters):
        context = tags_of(service, iam_action, body, parameters)
        if service == "kms" and iam_action == "kms:Sign":
            asked = json.loads(body)
            context["kms:SigningAlgorithm"] = asked.get("SigningAlgorithm")
            context["kms:MessageType"] = asked.get("MessageType", "RAW")
        if service == "dynamodb":
            leading = leading_keys(json.loads(body or b"{}"))
            if leading:
                context["dynamodb:LeadingKeys"] = leading
        return context

    def leading_keys(asked):
        transacted = [member for item in asked.get("TransactItems", []) for member in item.values()]
        items = [each.get("Item") or each.get("Key") or {} for each in [asked, *transacted]]
        return [next(iter(item["pk"].values())) for item in items if "pk" in item]

    iam_actions.request_tag_context = keys_of


CORRECTIONS = [
    port_443_is_left_alone,
    health_belongs_to_the_api,
    error_of_a_function_is_500,
    warm_calls_do_not_wait_for_logs,
    secrets_are_named_by_arn,
    buckets_keep_their_tags,
    cors_of_a_template_counts,
    a_session_has_its_roles_arn,
    policies_see_what_is_signed_and_which_items,
]

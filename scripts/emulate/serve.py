"""The emulator of AWS (ministack), corrected, with a certificate and an administrator of this run.

Everything is told by the environment: the variables of ministack, MINISTACK_REGION, and

- EMULATOR_FOLDER: where certificates go
- EMULATOR_ADMINISTRATOR, EMULATOR_ADMINISTRATOR_SECRET: the access key of the user that deploys
"""

import os
import signal


def end_functions_with_me() -> None:
    """Leaves a guard behind that kills this process's group, functions included, as soon as this process is gone, however
    that happened: the end of the pipe that only this process holds tells it."""
    heard, held = os.pipe()
    if os.fork() > 0:
        os.close(heard)
        return
    os.close(held)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.read(heard, 1)
    os.killpg(0, signal.SIGKILL)


def make_administrator() -> None:
    """A user who may do everything. The emulator's own root may too, but no policy holds against a root."""
    from ministack.services import iam

    name = "administrator"
    key = os.environ.pop("EMULATOR_ADMINISTRATOR")
    iam._create_user({"UserName": name})
    iam._attach_user_policy({"UserName": name, "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"})
    iam._access_keys[key] = {
        "UserName": name,
        "AccessKeyId": key,
        "SecretAccessKey": os.environ.pop("EMULATOR_ADMINISTRATOR_SECRET"),
        "Status": "Active",
        "CreateDate": iam._now(),
    }


def main() -> None:
    end_functions_with_me()
    import certificate

    folder = os.environ.pop("EMULATOR_FOLDER")
    certificate.make(folder, os.environ["MINISTACK_REGION"])
    os.environ["MINISTACK_SSL_CERT"] = os.path.join(folder, "server.pem")
    os.environ["MINISTACK_SSL_KEY"] = os.path.join(folder, "server.key")
    import corrections

    corrections.apply()
    make_administrator()
    from ministack.app import main as serve

    serve()


if __name__ == "__main__":
    main()

"""The administrator's password, and the operation of the tests' schema that signs in."""

PASSWORD = "correct horse battery"
SIGN_IN = "mutation ($login: String!, $password: String!) { signIn(login: $login, password: $password) }"

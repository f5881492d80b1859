"""What happens to the sign-ins of browsers."""

from gateway_svc.browsers.services.browsing import access_of as access_of
from gateway_svc.browsers.services.browsing import begin_session as begin_session
from gateway_svc.browsers.services.browsing import end_session as end_session
from gateway_svc.browsers.services.browsing import forget_expired_sessions as forget_expired_sessions
from gateway_svc.browsers.services.browsing import renew_access as renew_access
from gateway_svc.browsers.services.tokens import Tokens as Tokens

"""Putting partsweb on the home screen: offered once, kindly, by the way that the phone has."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Site
from tests.journeys.phones import Company, a_phone, sign_in

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
TITLE = "Put partsweb on your home screen"
# Chromium says this by itself only after a while of use.
OFFER = """() => {
  window.prompted = 0;
  const offer = new Event("beforeinstallprompt", { cancelable: true });
  dispatchEvent(Object.assign(offer, { prompt: async () => { window.prompted += 1; } }));
  return offer.defaultPrevented;
}"""


def test_where_the_phone_offers_it_a_tap_adds_it_and_it_isnt_asked_again(
    browser: Browser, company: Company, site: Site
):
    with a_phone(browser, site.server, service_workers="block") as context:
        phone = context.new_page()
        sign_in(phone, company.login)
        expect(phone.get_by_text(TITLE)).to_be_hidden()
        assert phone.evaluate(OFFER)  # its own banner stays away
        expect(phone.get_by_text(TITLE)).to_be_visible()

        phone.get_by_role("button", name="Add it").tap()

        expect(phone.get_by_text(TITLE)).to_be_hidden()
        assert phone.evaluate("window.prompted") == 1
        phone.reload()
        assert phone.evaluate(OFFER)
        expect(phone.locator("install-hint:defined")).to_be_hidden()


def test_on_an_iphone_it_says_how_until_it_is_put_off_or_done(
    browser: Browser, company: Company, site: Site
):
    with a_phone(browser, site.server, service_workers="block", user_agent=IPHONE) as context:
        phone = context.new_page()
        sign_in(phone, company.login)
        expect(phone.get_by_text("Tap Share, then")).to_be_visible()
        expect(phone.get_by_role("button", name="Add it")).to_be_hidden()

        installed(phone)
        expect(phone.get_by_text(TITLE)).to_be_hidden()
        phone = context.new_page()
        phone.goto("/")
        phone.get_by_role("button", name="Not now").tap()

        expect(phone.get_by_text(TITLE)).to_be_hidden()
        phone.reload()
        expect(phone.locator("install-hint:defined")).to_be_hidden()


def installed(phone: Page) -> None:
    """The page again, begun from the home screen."""
    phone.add_init_script("Object.defineProperty(navigator, 'standalone', { value: true })")
    phone.reload()
    expect(phone.locator("install-hint:defined")).to_be_attached()

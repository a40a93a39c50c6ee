#include "http/mta_sts_page.hpp"

#include "trust/own_mta_sts.hpp"

namespace freehold::http {

namespace {

class MtaStsPage {
 public:
  MtaStsPage(const directory::Directory& directory, std::string hostname)
      : directory_(&directory), hostname_(std::move(hostname)) {}

  awaitable<Response> operator()(const Request& request) const {
    constexpr unsigned kNotFound = 404;
    constexpr std::string_view kPrefix = "mta-sts.";
    if (!request.host.starts_with(kPrefix)) co_return plain_response(kNotFound);
    const auto domain = request.host.substr(kPrefix.size());
    const auto own = trust::own_sts(*directory_, domain, hostname_);
    if (!own) co_return plain_response(kNotFound);
    Response response;
    response.content_type = "text/plain";
    response.body = own->policy;
    co_return response;
  }

 private:
  const directory::Directory* directory_;
  std::string hostname_;
};

}  // namespace

Handler mta_sts_page(const directory::Directory& directory, std::string hostname) {
  return MtaStsPage(directory, std::move(hostname));
}

}  // namespace freehold::http

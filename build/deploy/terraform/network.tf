resource "upcloud_router" "inside" {
  name = "ryggrad"
}

resource "upcloud_network" "inside" {
  name   = "ryggrad"
  zone   = var.zone
  router = upcloud_router.inside.id
  ip_network {
    address            = "10.20.0.0/24"
    dhcp               = true
    dhcp_default_route = true
    family             = "IPv4"
  }
}

# The way out (vendors of SMS and e-mail). Nothing comes in by it.
resource "upcloud_gateway" "out" {
  name     = "ryggrad-out"
  zone     = var.zone
  features = ["nat"]
  router {
    id = upcloud_router.inside.id
  }
}

resource "upcloud_server" "copy" {
  count    = var.copies
  hostname = "ryggrad-${count.index}"
  zone     = var.zone
  plan     = "2xCPU-4GB"
  metadata = true
  firewall = true
  template {
    storage = "Debian GNU/Linux 12 (Bookworm)"
    size    = 30
    encrypt = true
  }
  network_interface {
    type    = "private"
    network = upcloud_network.inside.id
  }
  login {
    user            = "operator"
    keys            = var.ssh_keys
    create_password = false
  }
  # No secrets here: they would stand in Terraform's state. They are copied into /etc/ryggrad/secrets by whoever operates (docs/operations.md).
  user_data = templatefile("${path.module}/cloud-init.yaml", {
    image    = var.image
    hostname = var.hostname
  })
}

resource "upcloud_loadbalancer" "door" {
  name              = "ryggrad"
  plan              = "production-small"
  zone              = var.zone
  configured_status = "started"
  networks {
    name   = "public"
    type   = "public"
    family = "IPv4"
  }
  networks {
    name    = "inside"
    type    = "private"
    family  = "IPv4"
    network = upcloud_network.inside.id
  }
}

resource "upcloud_loadbalancer_backend" "copies" {
  loadbalancer = upcloud_loadbalancer.door.id
  name         = "copies"
  properties {
    # A long-poll waits 20 s.
    timeout_server               = 60
    health_check_type            = "http"
    health_check_url             = "/ready"
    health_check_expected_status = 200
    health_check_interval        = 5
  }
}

resource "upcloud_loadbalancer_static_backend_member" "copy" {
  count        = var.copies
  backend      = upcloud_loadbalancer_backend.copies.id
  name         = "copy-${count.index}"
  ip           = upcloud_server.copy[count.index].network_interface[0].ip_address
  port         = 4300
  weight       = 100
  max_sessions = 20000
  enabled      = true
}

resource "upcloud_loadbalancer_frontend" "tls" {
  loadbalancer         = upcloud_loadbalancer.door.id
  name                 = "tls"
  mode                 = "http"
  port                 = 443
  default_backend_name = upcloud_loadbalancer_backend.copies.name
  networks {
    name = "public"
  }
  properties {
    timeout_client         = 60
    inbound_proxy_protocol = false
  }
}

resource "upcloud_loadbalancer_dynamic_certificate_bundle" "name" {
  name      = "ryggrad"
  hostnames = [var.hostname]
  key_type  = "ecdsa"
}

resource "upcloud_loadbalancer_frontend_tls_config" "tls" {
  frontend           = upcloud_loadbalancer_frontend.tls.id
  name               = "tls"
  certificate_bundle = upcloud_loadbalancer_dynamic_certificate_bundle.name.id
}

output "postgres_host" {
  value = upcloud_managed_database_postgresql.record.service_host
}

output "door" {
  description = "Where the DNS record of the hostname leads."
  value       = upcloud_loadbalancer.door.networks[0].dns_name
}

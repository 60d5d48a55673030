# Postgres that somebody else keeps: standby, daily backups and going back to a moment. Reached from inside alone.
resource "upcloud_managed_database_postgresql" "record" {
  name                    = "ryggrad-record"
  title                   = "ryggrad-record"
  plan                    = var.postgres_plan
  zone                    = var.zone
  maintenance_window_dow  = "sunday"
  maintenance_window_time = "02:00:00"
  network {
    family = "IPv4"
    name   = "inside"
    type   = "private"
    uuid   = upcloud_network.inside.id
  }
  properties {
    version       = "17"
    public_access = false
    timezone      = "UTC"
  }
  lifecycle {
    prevent_destroy = true
  }
}

# Holds nothing that would be missed.
resource "upcloud_managed_database_valkey" "wake_ups" {
  name  = "ryggrad-wake-ups"
  title = "ryggrad-wake-ups"
  plan  = "1x1xCPU-2GB"
  zone  = var.zone
  network {
    family = "IPv4"
    name   = "inside"
    type   = "private"
    uuid   = upcloud_network.inside.id
  }
  properties {
    public_access      = false
    valkey_persistence = "off"
  }
}

# Sealed attachments, and dumps. Two services: whoever may write the one need not read the other.
resource "upcloud_managed_object_storage" "attachments" {
  name              = "ryggrad-attachments"
  region            = var.object_storage_region
  configured_status = "started"
  network {
    family = "IPv4"
    name   = "public"
    type   = "public"
  }
  lifecycle {
    prevent_destroy = true
  }
}

resource "upcloud_managed_object_storage" "backups" {
  name              = "ryggrad-backups"
  region            = var.object_storage_region
  configured_status = "started"
  network {
    family = "IPv4"
    name   = "public"
    type   = "public"
  }
  lifecycle {
    prevent_destroy = true
  }
}

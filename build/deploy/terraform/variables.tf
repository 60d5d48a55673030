variable "zone" {
  description = "Where everything lies. One region, in the EEA: the processor is Finnish, and no law of a third country reaches what it holds."
  type        = string
  default     = "fi-hel1"
  validation {
    condition     = contains(["fi-hel1", "fi-hel2", "se-sto1", "de-fra1", "nl-ams1", "pl-waw1", "es-mad1"], var.zone)
    error_message = "The zone must be in the EEA."
  }
}

variable "object_storage_region" {
  description = "Region of the buckets, in the EEA as well."
  type        = string
  default     = "europe-1"
  validation {
    condition     = startswith(var.object_storage_region, "europe-")
    error_message = "The region must be in the EEA."
  }
}

variable "hostname" {
  description = "The name laptops know, such as sync.klinikk.no; its DNS record is yours to make."
  type        = string
}

variable "image" {
  description = "The server's image by digest, in a registry of yours."
  type        = string
  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image))
    error_message = "The image must be named by its digest."
  }
}

variable "copies" {
  description = "How many machines serve; at least two, so that one may be changed while the other serves."
  type        = number
  default     = 2
  validation {
    condition     = var.copies >= 2
    error_message = "There must be two copies at least."
  }
}

variable "ssh_keys" {
  description = "Public keys of those who operate the machines."
  type        = list(string)
}

variable "postgres_plan" {
  description = "Two nodes: a standby takes over."
  type        = string
  default     = "2x2xCPU-4GB-100GB"
}
